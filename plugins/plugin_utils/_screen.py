# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some lines at the bottom of a terminal that stay there, while everything else scrolls above them."""

from __future__ import annotations

import atexit
import os
import typing as t

# DECSC and DECRC keep the cursor, DECSTBM sets the lines that scroll. https://vt100.net/docs/vt510-rm/chapter4.html
_SAVE, _RESTORE, _ERASE_LINE, _ERASE_BELOW, _ALL_SCROLLS = "\0337", "\0338", "\033[2K", "\033[J", "\033[r"
# What must be left to scroll.
_SCROLLING = 8


class Screen:
    """The last ``height`` lines of the terminal that ``stream`` writes to."""

    def __init__(self, stream: t.TextIO, height: int) -> None:
        self._stream = stream
        self._height = height
        self._rows = 0
        atexit.register(self.close)

    @classmethod
    def fits(cls, stream: t.TextIO, height: int) -> bool:
        """Whether the stream is a terminal that can do this and has enough lines."""
        return (
            stream.isatty() and os.environ.get("TERM", "dumb") != "dumb" and _size(stream).lines >= height + _SCROLLING
        )

    def draw(self, lines: t.Callable[[int], list[str]]) -> None:
        """Show what ``lines`` makes of the columns that there are."""
        columns, rows = _size(self._stream)
        if rows < self._height + _SCROLLING:
            self.close()
            return
        text = self._reserved(rows)
        for number, line in enumerate(lines(columns - 1), start=rows - self._height + 1):
            text += f"\033[{number};1H{_ERASE_LINE}{line}"
        # In one write, so that nobody else's text gets between moving the cursor and moving it back.
        self._stream.write(f"{_SAVE}{text}{_RESTORE}")
        self._stream.flush()

    def close(self) -> None:
        """Give the lines back."""
        if self._rows:
            self._rows = 0
            self._stream.write(f"{_SAVE}{_ALL_SCROLLS}{_RESTORE}{_ERASE_BELOW}")
            self._stream.flush()

    def _reserved(self, rows: int) -> str:
        """What keeps the lines free, if that is not done yet or the terminal was resized since."""
        if rows == self._rows:
            return ""
        if not self._rows:
            # What stands there moves up, and the cursor with it.
            self._stream.write("\n" * self._height + f"\033[{self._height}A")
        self._rows = rows
        return f"\033[1;{rows - self._height}r"


def _size(stream: t.TextIO) -> os.terminal_size:
    try:
        return os.get_terminal_size(stream.fileno())
    except OSError:
        return os.terminal_size((0, 0))
