# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fault_hints import hint_of, residue_text


@pytest.mark.parametrize(
    ("said", "requirement"),
    [
        (
            "GenericVmConfigFault: The hot-plug operation failed. Hot-add of pciPassthru26 failed. "
            "[msg.devices.hotplug.failed, msg.devices.hotadd.failed, msg.migrate.save.error]",
            "P7",
        ),
        ("GenericVmConfigFault: No. [msg.pciPassthru.noSuspend.postedInterrupts, msg.pciPassthru.noMigration]", "P7"),
        ("DeviceHotPlugNotSupported: Hot-plug is not enabled for this virtual machine", "P7"),
        (
            "GenericVmConfigFault: Invalid memory setting: memory reservation (sched.mem.min) should be equal to "
            "memsize(16384)",
            "P7",
        ),
        ("GenericVmConfigFault: ACPI motherboard layout requires EFI. Module DevicePowerOnEarly power on failed", "P6"),
        (
            "GenericVmConfigFault: Module 'DevicePowerOn' power on failed. Device 6:0.0 is not a passthrough device",
            "P5",
        ),
        (
            "GenericVmConfigFault: The systemId does not match the current system or the deviceId and vendorId do not "
            "match the device currently at 97:0.0",
            "P5",
        ),
        ("Fault: Virtualization is not supported on a virtual machine with a PCI passthrough device", "N9"),
        ("GenericVmConfigFault: Unable to find a free interrupt number", "P2"),
        ("GenericVmConfigFault: failed to register interrupt", "P2"),
    ],
)
def test_words_of_real_servers_lead_to_the_requirement_behind_them(said: str, requirement: str) -> None:
    hint = hint_of(said)
    assert hint is not None
    assert hint.requirement == requirement
    assert hint.remedy


@pytest.mark.parametrize(
    "said", ["GenericVmConfigFault: The hot-plug operation failed [msg.devices.hotadd.failed]", "InvalidArgument", ""]
)
def test_nothing_is_read_into_other_words(said: str) -> None:
    assert hint_of(said) is None


@pytest.mark.parametrize(
    ("names", "said", "text"),
    [
        ([], "Hot-add of pciPassthru26 failed", ""),
        (["pciPassthru26"], "Hot-add of pciPassthru26 failed", "It left pciPassthru26.present=FALSE"),
        # What is older is not told as this failure's, nor is 2 the same as 26.
        (
            ["pciPassthru2", "pciPassthru26"],
            "Hot-add of pciPassthru26 failed",
            "It left pciPassthru26.present=FALSE in",
        ),
        (["pciPassthru2"], "Hot-add of pciPassthru26 failed", ""),
        (
            ["pciPassthru0", "pciPassthru1"],
            "It failed",
            "pciPassthru1.present=FALSE, left by this or an earlier failed",
        ),
    ],
)
def test_residue_is_told_as_whose_it_is(names: list[str], said: str, text: str) -> None:
    found = residue_text(names, said)
    assert text in found
    assert bool(found) == bool(text)
    assert "pciPassthru2." not in found
