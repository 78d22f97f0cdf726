# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue, residue_in
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice

MakeVmDevice = Callable[..., VmPciDevice]

GONE = {"pciPassthru26.present": "FALSE", "pciPassthru26.pciSlotNumber": "-1"}


def test_an_entry_that_is_not_present() -> None:
    assert residue_in({"tools.upgrade.policy": "manual", **GONE}, []) == (Residue("pciPassthru26", GONE),)


def test_entries_in_the_order_of_their_numbers() -> None:
    found = residue_in({**GONE, "pciPassthru3.present": "false"}, [])
    assert [(item.entry, list(item.options)) for item in found] == [
        ("pciPassthru3", ["pciPassthru3.present"]),
        ("pciPassthru26", list(GONE)),
    ]
    assert found[1].as_dict() == {"entry": "pciPassthru26", "options": GONE}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pciPassthru0.present": "TRUE", "pciPassthru0.pciSlotNumber": "64"},
        # Devices that were never powered on have no slot yet.
        {"pciPassthru0.pciSlotNumber": "-1"},
        {"pciPassthru.use64bitMMIO": "FALSE", "pciPassthru0.cfg.present": "FALSE", "ethernet1.present": "FALSE"},
    ],
)
def test_what_is_none(options: dict[str, str]) -> None:
    assert residue_in(options, []) == ()


def test_settings_and_a_slot_of_such_an_entry_stay(make_vm_device: MakeVmDevice) -> None:
    options = {"pciPassthru1.present": "FALSE", "pciPassthru1.pciSlotNumber": "65", "pciPassthru1.cfg.x": "1"}
    (found,) = residue_in(options, [make_vm_device()])
    assert found.options == {"pciPassthru1.present": "FALSE"}


def test_the_entry_of_a_device_of_the_vm_is_its_own(make_vm_device: MakeVmDevice) -> None:
    assert residue_in({"pciPassthru1.present": "FALSE"}, [make_vm_device(key=13001)]) == ()
