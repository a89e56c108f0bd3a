"""What can be brought to the analysis: sparse layered networks from memory and from files."""
