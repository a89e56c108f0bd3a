"""A real pseudo-terminal, and what a person would see on it."""

import fcntl
import os
import pty
import struct
import termios
import threading
import tty
import unicodedata


class Terminal:
    """What is written to `stream` is shown, on rows as wide as the terminal was at the time."""

    def __init__(self, columns=80):
        self._shows, self.number = pty.openpty()
        tty.setraw(self.number)  # a line break stays one character
        self.rows, self.column, self._escape = [[]], 0, ""
        self.resize(columns)
        self.stream = open(self.number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def resize(self, columns):
        self.columns = columns
        if columns:
            self.rows = [row[:columns] for row in self.rows]  # as xterm does
        fcntl.ioctl(self.number, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def _read(self):
        while True:
            try:
                data = os.read(self._shows, 65536)
            except OSError:  # nobody has the other end open
                return
            for c in data.decode():
                if c == "\0":
                    self._seen.set()
                elif c == "\x1b" or self._escape:
                    self._escape += c
                    if self._escape == "\x1b[J":
                        self.rows[-1] = self.rows[-1][: self.column]
                        self._escape = ""
                    assert "\x1b[J".startswith(self._escape)
                else:
                    self._show(c)

    def _show(self, c):
        assert c in "\r\n" or c.isprintable()
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self.rows.append([])
            self.column = 0
        else:
            if self.columns and self.column >= self.columns:
                self.rows.append([])
                self.column = 0
            row = self.rows[-1]
            row.extend(" " * (self.column + 1 - len(row)))
            row[self.column] = c
            self.column += 1

    def seen(self):
        """The rows, once all that was written is there."""
        self._seen = threading.Event()
        os.write(self.number, b"\0")
        assert self._seen.wait(10)
        return ["".join(row).rstrip() for row in self.rows]

    def end(self):
        """The rows at the end; the terminal is gone after that."""
        found = self.seen()
        self.stream.close()
        os.close(self.number)
        self._reader.join(10)
        os.close(self._shows)
        return found

    def hang_up(self):
        """Leaves whoever writes alone, as a window that is closed does."""
        os.close(self._shows)


def width(line):
    """Columns that a line takes, marks on letters counted."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
