# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark that says that a maintenance mode is ours, and which VMs we shut down for it. No I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

ATTRIBUTE = "directpath.nvme.maintenance"
"""Name of the custom attribute, as vSphere shows it on the host."""


@dataclass(frozen=True)
class ClaimedVm:
    """A VM that was shut down so that its host could enter maintenance mode."""

    name: str
    moid: str

    def as_dict(self) -> dict[str, str]:
        """As results show it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Claim:
    """The mark of one host, or that there is none (``claimed`` is False)."""

    claimed: bool
    vms: tuple[ClaimedVm, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As results and the diff show it."""
        return {"claimed": self.claimed, "vms": [vm.as_dict() for vm in self.vms]}


def plan_claim(current: Claim, state: str, vms: Sequence[dict[str, str]] | None) -> Claim:
    """The mark as it should be.

    :param vms: None keeps the VMs of an existing mark: a run that goes on where another stopped finds them already
        off, and would forget to start them again.
    """
    if state == "absent":
        return Claim(claimed=False)
    return Claim(True, current.vms if vms is None else tuple(ClaimedVm(vm["name"], vm["moid"]) for vm in vms))


def encode_claim(claim: Claim) -> str:
    """The attribute's value. An empty one is how vSphere says that an attribute is not set."""
    if not claim.claimed:
        return ""
    return json.dumps({"vms": [vm.as_dict() for vm in claim.vms]})


def decode_claim(value: str, host: str) -> Claim:
    """The mark from the attribute's value.

    :raises DirectPathError: ``claim_unreadable``: somebody else wrote it, so nobody can tell what it means.
    """
    if not value:
        return Claim(claimed=False)
    try:
        vms: list[dict[str, str]] = json.loads(value)["vms"]
        return Claim(True, tuple(ClaimedVm(str(vm["name"]), str(vm["moid"])) for vm in vms))
    except (ValueError, KeyError, TypeError):
        raise DirectPathError(
            f"The custom attribute {ATTRIBUTE} of host {host} holds something else than our mark: {value}",
            "claim_unreadable",
            host=host,
            remedy="Find out who wrote it, start the VMs that wait for it, and clear the attribute in vSphere.",
        ) from None
