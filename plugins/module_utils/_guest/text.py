# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of kernels and programs. Runs in the guest: standard library only.

It is bytes, and split by the rules of whoever wrote it: lines by newlines and nothing else, fields by the one character
between them. Python would also split at carriage returns, form feeds and blanks of other scripts, which names may have.
Inside of this folder names are as Python gives paths (``os.fsdecode``), so that they lead back to what they name.
"""

from __future__ import annotations

import errno
import os
import re
from typing import Any

_DENIED = (errno.EACCES, errno.EPERM)


class NotSeen(list[str]):
    """What could not be looked at, each once; a user of a drive may be hidden there."""

    def miss(self, what: str) -> None:
        if what not in self:
            self.append(what)

    def denied(self, what: str, error: OSError) -> None:
        """Miss it, if it is there and kept from us; what is not there has nothing to show."""
        if error.errno in _DENIED:
            self.miss(f"{what} (run as root)")


def lines(data: bytes) -> list[bytes]:
    """Lines that are not empty."""
    return [line for line in data.split(b"\n") if line]


def name(data: bytes) -> str:
    """A name, as paths are given; nothing is lost."""
    return os.fsdecode(data)


def value(data: bytes) -> str:
    """The one value of a file in sysfs, without the spaces and zeros that pad it and the newline behind it."""
    return name(data.strip(b" \t\n\0"))


def unescape(field: bytes) -> bytes:
    """The kernel writes blanks, tabs, newlines, backslashes and the like in names as octal."""
    return re.sub(rb"\\([0-3][0-7]{2})", lambda match: bytes([int(match.group(1), 8)]), field)


def printable(result: Any) -> Any:
    """A result that every JSON reader takes: what is no UTF-8 is written out."""
    if isinstance(result, str):
        return os.fsencode(result).decode("utf-8", "backslashreplace")
    if isinstance(result, dict):
        return {key: printable(item) for key, item in result.items()}
    if isinstance(result, (list, tuple)):
        return [printable(item) for item in result]
    return result
