"""What the user can mend: each error is one line that says where, what, and what was expected."""


class InputError(ValueError):
    """Bad input. The message is one line; launchers print it and exit with status 2.

    Args:
      message: the line.
      field: the setting at fault, where there is one: a launcher then adds where it was given.
    """

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.field = field


class FolderInUseError(RuntimeError):
    """Another process works in the run folder. Launchers exit with status 3."""
