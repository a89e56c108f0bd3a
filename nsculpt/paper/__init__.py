"""The paper's own results, to compare with: its figures bar by bar, and its published networks."""
