"""Pages for a browser: what a run found, in one file that needs nothing else."""
