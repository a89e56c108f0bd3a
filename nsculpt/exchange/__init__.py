"""An analysis and its hierarchy as files: written, and read back."""
