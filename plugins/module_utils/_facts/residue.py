# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What failed hot-adds leave behind in the configuration of a VM, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import FIRST_PASSTHROUGH_KEY, VmPciDevice

_PRESENT = re.compile(r"^pciPassthru(\d+)\.present$")


@dataclass(frozen=True)
class Residue:
    """An entry that no device stands behind. It was seen after failed hot-adds, and stays when the VM is powered off.

    :param entry: ``pciPassthru26``.
    :param options: what is to go, as in extraConfig: ``present`` is FALSE, and ``pciSlotNumber`` -1 if it is there.
    """

    entry: str
    options: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return {"entry": self.entry, "options": dict(self.options)}


def residue_in(options: Mapping[str, str], devices: Sequence[VmPciDevice]) -> tuple[Residue, ...]:
    """What of a VM's extraConfig is residue. Other options of an entry may be somebody's settings, and are none.

    :param options: extraConfig, key -> value.
    :param devices: the VM's; an entry with the number of one of them is that device's own.
    """
    own = {device.key - FIRST_PASSTHROUGH_KEY for device in devices}
    numbers = [int(match.group(1)) for match in map(_PRESENT.match, options) if match]
    return tuple(
        _residue(f"pciPassthru{number}", options)
        for number in sorted(numbers)
        if number not in own and options[f"pciPassthru{number}.present"].upper() == "FALSE"
    )


def _residue(entry: str, options: Mapping[str, str]) -> Residue:
    slot = f"{entry}.pciSlotNumber"
    keys = [f"{entry}.present", *([slot] if options.get(slot) == "-1" else [])]
    return Residue(entry, {key: options[key] for key in keys})
