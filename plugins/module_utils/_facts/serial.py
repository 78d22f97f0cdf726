# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serial numbers of drives, which hosts, guests and people write differently. Runs in guests: standard library only."""

from __future__ import annotations


def normal_serial(text: str | None) -> str | None:
    """The form in which serial numbers are compared: without blanks around it, inner ones single, in capitals.

    None for one that says nothing.
    """
    return " ".join((text or "").split()).upper() or None


def same_serial(first: str | None, second: str | None) -> bool:
    """Whether both are known and of one drive."""
    known = normal_serial(first)
    return known is not None and known == normal_serial(second)
