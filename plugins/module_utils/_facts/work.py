# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is going to be done on a host: as much as a reader has to know of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """What is to be done on a host and with its drives.

    :param users: addresses of the devices whose users matter; ``taken``: of those that are taken from the host.
    :param prepared: it is prepared, so that what that requires matters; ``rebooted``: with a reboot.
    """

    users: tuple[str, ...]
    taken: tuple[str, ...]
    prepared: bool
    rebooted: bool
