# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest told, in so far as its requirements are judged by it; plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse


@dataclass(frozen=True)
class GuestSilence:
    """Why nothing is known of a guest.

    :param reason: why it gave no answer that counts; None where nobody asked it.
    """

    reason: str | None = None


@dataclass(frozen=True)
class GuestSeen:
    """A guest's answer.

    :param kernel: None where only lspci answered, which tells nothing of it.
    :param root: whether it was asked as root; None where it does not tell.
    :param lspci: whether ``lspci`` could be run.
    :param not_seen: what it could not look at.
    :param lost: who uses drives that are gone; None where only lspci answered.
    :param shown: how many drives it shows; ``given``, how many its VM has by vSphere, None where nobody held it
        against that.
    """

    kernel: GuestKernel | None
    root: bool | None
    lspci: bool
    not_seen: tuple[str, ...]
    lost: tuple[LostUse, ...] | None
    shown: int = 0
    given: int | None = None

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> GuestSeen:
        """Of the result of guest_nvme_info, or of what ``lspci_answer`` makes of lspci's.

        :raises KeyError, TypeError: it is neither.
        """
        lost = facts.get("lost")
        return cls(
            kernel=GuestKernel.from_dict(facts.get("kernel")),
            root=facts.get("root"),
            lspci=bool(facts.get("lspci")),
            not_seen=tuple(str(item) for item in facts.get("not_seen", ())),
            lost=None if lost is None else tuple(LostUse.from_dict(item) for item in lost),
        )
