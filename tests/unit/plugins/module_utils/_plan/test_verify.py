# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do inventory, VM, host and guest say the same of the drives?"""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.lspci import lspci_answer
from ansible_collections.directpath.nvme.plugins.module_utils._plan.verify import verify_drives
from guest_answers import UUID, drive, evidence

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
VM = {"name": "db-01", "moid": "vm-21", "uuid": UUID}
OTHER_BYTE_ORDER = "02012042-0403-0605-0708-090a0b0c0d0e"
KERNEL = {"release": "6.1.0", "pciehp": True, "acpiphp": False, "nvme": True}


def wanted(status: str, address: str = D9) -> dict[str, Any]:
    """What vm_pci_hotplug answers of one drive in check mode."""
    facts = {"address": address, "name": "asked for", "vendor_device": "144d:a80a", "pci_slot_number": 64}
    return {"vm": VM, "devices": [{**facts, "status": status}], "twins": {"names": [], "doubts": []}}


def on_host(address: str = D9, moid: str | None = "vm-21", slot: int = 64) -> dict[str, Any]:
    owner = moid and {"name": "a VM", "moid": moid, "pci_slot_number": slot}
    return {"address": address, "name": "PM9A3", "vendor_device": "144d:a80a", "serial": None, "vm": owner}


def host(*devices: dict[str, Any], orphans: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"host": {"name": "esxi-01.lab", "moid": "host-9"}, "devices": list(devices), "orphans": list(orphans)}


@pytest.mark.parametrize(
    ("status", "owner", "wrong"),
    [
        ("present", "vm-21", None),
        ("absent", None, None),
        ("absent", "vm-22", None),
        ("added", None, "PM9A3 at esxi-01.lab 0000:d9:00.0: wanted, but not in db-01."),
        ("removed", "vm-21", "PM9A3 at esxi-01.lab 0000:d9:00.0: not wanted, but still in db-01."),
        (
            "present",
            "vm-22",
            "PM9A3 at esxi-01.lab 0000:d9:00.0: listed by the VM, but the host does not say that it is in db-01.",
        ),
        (
            "absent",
            "vm-21",
            "PM9A3 at esxi-01.lab 0000:d9:00.0: not listed by the VM, but the host says that it is in db-01.",
        ),
        ("failed", None, "PM9A3 at esxi-01.lab 0000:d9:00.0: failed db-01."),
    ],
)
def test_vm_and_host(status: str, owner: str | None, wrong: str | None) -> None:
    found = verify_drives([wanted(status)], host(on_host(moid=owner)), None)
    assert found["wrong"] == ([wrong] if wrong else [])
    (row,) = found["table"]
    assert (row["status"], row["guest"], row["name"]) == (status, "not asked", "PM9A3")
    assert found["guest_agrees"]
    assert found["guest_decided"]


def test_a_drive_that_the_host_does_not_have_goes_by_what_was_asked_for() -> None:
    found = verify_drives([wanted("absent")], host(), None)
    assert found["table"][0]["name"] == "asked for"
    assert found["wrong"] == []


def test_what_is_wanted_and_what_is_not_are_one_table() -> None:
    found = verify_drives([wanted("present"), wanted("absent", D8)], host(on_host()), None)
    assert [(row["address"], row["status"]) for row in found["table"]] == [(D9, "present"), (D8, "absent")]


def test_entries_of_pulled_drives_are_told() -> None:
    orphan = {"vm": {"name": "old", "moid": "vm-7"}, "address": D8, "label": "PCI device 0"}
    assert verify_drives([wanted("present")], host(on_host(), orphans=(orphan,)), None)["orphans"] == [
        f"VM old still lists {D8} (PCI device 0), which host esxi-01.lab no longer has. "
        "A hot-remove of that address cleans up (V3)."
    ]


LSPCI = "0000:0b:00.0 0108: 144d:a80a (rev 01)\n"


@pytest.mark.parametrize(
    ("guest", "word", "complaint", "decided"),
    [
        pytest.param(evidence(drive()), "verified", "", True, id="it agrees"),
        pytest.param(evidence(drive(), vm_uuid=OTHER_BYTE_ORDER), "verified", "", True, id="the other byte order"),
        pytest.param(lspci_answer(f"{UUID}\n{LSPCI}"), "verified", "", True, id="lspci alone"),
        pytest.param({}, "not verified", "the guest could not be asked", False, id="no answer"),
        pytest.param(lspci_answer(""), "not verified", "the guest could not be asked", False, id="nothing from lspci"),
        pytest.param(
            lspci_answer(f"{UUID}\n"), "not verified", "the guest could not be asked", False, id="only the UUID"
        ),
        pytest.param(
            evidence(drive(), vm_uuid=None),
            "not verified",
            "the guest does not say of which VM it is",
            True,
            id="not asked as root",
        ),
        pytest.param(lspci_answer(LSPCI), "not verified", "does not say of which VM it is", True, id="lspci, not root"),
        pytest.param(
            evidence(drive(), vm_uuid="11111111-2222-3333-4444-555555555555"),
            "not verified",
            "what answers is not the guest of VM db-01: its UUID is 11111111-2222-3333-4444-555555555555",
            True,
            id="another VM's guest",
        ),
        pytest.param(
            evidence(drive(), drive("0000:13:00.0", "65")),
            "not verified",
            "the guest and its VM disagree. The guest has 1 more than its VM.",
            False,
            id="a drive too many",
        ),
        pytest.param(
            evidence(kernel=KERNEL),
            "not in the guest",
            f"The guest does not see {D9}. Its kernel is 6.1.0, pciehp yes, acpiphp no, NVMe driver yes (Q6).",
            False,
            id="a drive that it does not see",
        ),
    ],
)
def test_the_guest(guest: dict[str, Any], word: str, complaint: str, decided: bool) -> None:
    found = verify_drives([wanted("present")], host(on_host()), guest)
    (row,) = found["table"]
    assert row["guest"] == word
    assert complaint in found["guest_complaint"]
    assert (found["guest_agrees"], found["guest_decided"]) == (not complaint, decided)
    assert row["guest_address"] == ("0000:0b:00.0" if word == "verified" or "1 more" in complaint else None)
    assert found["wrong"] == []


HIDDEN = "the host lists the VM vm-42, which the account may not see (give it System.Read on all VMs of the host)"


@pytest.mark.parametrize(
    ("twins", "complaint"),
    [
        pytest.param(
            {"names": ["db-01-replica"], "doubts": []},
            "VM db-01-replica has the same BIOS UUID. Give the copy a UUID of its own (uuid.bios, while it is off), or "
            "power it off. Then ask the guest again.",
            id="a copy that runs",
        ),
        pytest.param(
            {"names": [], "doubts": [HIDDEN]},
            f"another VM may have the same BIOS UUID: {HIDDEN}. Make readable what cannot be judged;",
            id="a VM that nobody sees",
        ),
    ],
)
def test_an_answer_that_may_be_another_guests_verifies_nothing(twins: dict[str, Any], complaint: str) -> None:
    """Whichever of the two answers it is told in; what vSphere says stands."""
    agreed = [wanted("present"), {**wanted("absent", D8), "twins": twins}]
    found = verify_drives(agreed, host(on_host()), evidence(drive()))
    assert found["guest_complaint"].startswith(f"what answers may be the guest of another VM: {complaint}")
    assert (found["guest_agrees"], found["guest_decided"], found["guest_requirements"]) == (False, True, [])
    assert [(row["guest"], row["guest_address"]) for row in found["table"]] == [("not verified", None)] * 2
    assert found["wrong"] == []
    assert verify_drives(agreed, host(on_host()), None)["guest_agrees"]


def test_what_the_guests_kernel_can_do_is_told_with_its_requirements() -> None:
    found = verify_drives([wanted("present")], host(on_host()), evidence(drive(), kernel=KERNEL))
    assert [(item["id"], item["status"]) for item in found["guest_requirements"]] == [("Q6", "pass"), ("Q7", "pass")]
    mute = verify_drives([wanted("present")], host(on_host()), lspci_answer(f"{UUID}\n{LSPCI}"))
    assert [item["status"] for item in mute["guest_requirements"]] == ["unknown"] * 2


def test_a_drive_that_has_left_is_verified_if_the_guest_has_lost_it() -> None:
    gone = verify_drives([wanted("absent")], host(on_host(moid=None)), evidence())
    assert (gone["table"][0]["guest"], gone["guest_agrees"]) == ("verified", True)
    still = verify_drives([wanted("absent")], host(on_host(moid=None)), evidence(drive()))
    assert (still["table"][0]["guest"], still["guest_agrees"]) == ("not verified", False)


def test_what_lspci_says_without_python() -> None:
    text = f"{UUID}\n0000:00:00.0 0600: 8086:1237\n{LSPCI}"
    answer = lspci_answer(text)
    assert answer["vm_uuid"] == UUID
    assert [(device["address"], device["vendor_device"]) for device in answer["devices"]] == [
        ("0000:0b:00.0", "144d:a80a")
    ]
    assert "devices" not in lspci_answer("sh: lspci: not found\n")
