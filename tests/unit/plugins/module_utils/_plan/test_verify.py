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


def row(address: str = D9, in_vm: bool = True, slot: int = 64, serial: str | None = None) -> dict[str, Any]:
    """A drive of the VM or of its host, as vm_nvme_info shows it."""
    facts = {"address": address, "name": "PM9A3", "vendor_device": "144d:a80a", "serial": serial, "slot": "8"}
    return {**facts, "label": "PCI device 0", "pci_slot_number": slot if in_vm else None, "in_vm": in_vm}


def asked(state: str, status: str, *candidates: dict[str, Any], address: str = D9, sure: bool = True) -> dict[str, Any]:
    """The answer to an entry of the inventory that names a drive by its address."""
    return {
        "selector": {"address": address},
        "state": state,
        "status": status,
        "as_wanted": state == status,
        "drive": candidates[0] if sure and len(candidates) == 1 else None,
        "candidates": list(candidates),
    }


IN = asked("present", "present", row())
OUT = asked("absent", "absent", row(D8, in_vm=False), address=D8)


def seen(*selected: dict[str, Any], devices: tuple[dict[str, Any], ...] = (row(),), **changes: Any) -> dict[str, Any]:
    """What vm_nvme_info says of a VM with one drive."""
    facts = {
        "vm": VM,
        "host": {"name": "esxi-01.lab", "moid": "host-9"},
        "devices": list(devices),
        "orphans": [],
        "selected": list(selected),
        "residue": [],
        "twins": {"names": [], "doubts": []},
    }
    return {**facts, **changes}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (IN, None),
        (OUT, None),
        (asked("absent", "absent"), None),
        (
            asked("present", "absent", row(in_vm=False, serial="S1")),
            f"PM9A3 (serial S1) at esxi-01.lab {D9}: wanted, but not in db-01.",
        ),
        (asked("present", "absent"), f"address={D9} on esxi-01.lab: wanted, but neither in db-01 nor on the host."),
        (asked("absent", "present", row()), f"PM9A3 at esxi-01.lab {D9}: not wanted, but still in db-01."),
        (
            asked("present", "gone", row()),
            f"PM9A3 at esxi-01.lab {D9}: wanted, but gone from the host; db-01 still has its entry.",
        ),
        (
            asked("absent", "gone", row()),
            f"PM9A3 at esxi-01.lab {D9}: not wanted, and db-01 still has its entry, though the host does not have it "
            "any more.",
        ),
        (
            asked("absent", "unknown", row(), row(D8, in_vm=False), sure=False),
            f"address={D9} on esxi-01.lab: nobody can tell whether db-01 has it, as of PCI device 0 ({D9}) too little "
            "is known.",
        ),
    ],
)
def test_vm_and_host(answer: dict[str, Any], wrong: str | None) -> None:
    found = verify_drives(seen(answer), None)
    assert found["wrong"] == ([wrong] if wrong else [])
    (line,) = found["table"]
    assert (line["wanted"], line["status"], line["guest"]) == (answer["state"], answer["status"], "not asked")
    assert (line["host"], line["vm"], line["address"]) == ("esxi-01.lab", "db-01", answer["selector"]["address"])
    assert (found["guest_agrees"], found["guest_decided"]) == (True, True)


def test_a_row_tells_who_the_drive_is_or_what_was_asked_for() -> None:
    known, unknown = verify_drives(seen(IN, asked("absent", "absent", address=D8)), None)["table"]
    assert (known["name"], known["slot"], known["pci_slot_number"]) == ("PM9A3", "8", 64)
    assert (unknown["address"], unknown["name"], unknown["pci_slot_number"]) == (D8, None, None)


def test_entries_of_pulled_drives_are_told() -> None:
    assert verify_drives(seen(IN, orphans=[row(D8)]), None)["orphans"] == [
        f"VM db-01 still lists {D8} (PCI device 0), which host esxi-01.lab no longer has. "
        "A hot-remove of that address cleans up (V3)."
    ]


def test_residue_is_told_with_what_removes_it() -> None:
    left = [{"entry": "pciPassthru1"}, {"entry": "pciPassthru26"}]
    (line,) = verify_drives(seen(IN, residue=left), None)["residue"]
    assert line.startswith("The configuration of VM db-01 has pciPassthru1, pciPassthru26, left by failed hot-adds")
    assert "clean_residue: true" in line
    # Nobody looked, or it cannot be read.
    assert verify_drives(seen(IN, residue=None), None)["residue"] == []


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
    found = verify_drives(seen(IN), guest)
    (line,) = found["table"]
    assert line["guest"] == word
    assert complaint in found["guest_complaint"]
    assert (found["guest_agrees"], found["guest_decided"]) == (not complaint, decided)
    assert line["guest_address"] == ("0000:0b:00.0" if word == "verified" or "1 more" in complaint else None)
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
        pytest.param(None, "another VM may have the same BIOS UUID: nobody looked for one", id="nobody looked"),
    ],
)
def test_an_answer_that_may_be_another_guests_verifies_nothing(twins: dict[str, Any] | None, complaint: str) -> None:
    """What vSphere says stands."""
    agreed = seen(IN, OUT, twins=twins)
    found = verify_drives(agreed, evidence(drive()))
    assert found["guest_complaint"].startswith(f"what answers may be the guest of another VM: {complaint}")
    assert (found["guest_agrees"], found["guest_decided"], found["guest_requirements"]) == (False, True, [])
    assert [(line["guest"], line["guest_address"]) for line in found["table"]] == [("not verified", None)] * 2
    assert found["wrong"] == []
    assert verify_drives(agreed, None)["guest_agrees"]


def test_what_the_guests_kernel_can_do_is_told_with_its_requirements() -> None:
    found = verify_drives(seen(IN), evidence(drive(), kernel=KERNEL))
    assert [(item["id"], item["status"]) for item in found["guest_requirements"]] == [("Q6", "pass"), ("Q7", "pass")]
    mute = verify_drives(seen(IN), lspci_answer(f"{UUID}\n{LSPCI}"))
    assert [item["status"] for item in mute["guest_requirements"]] == ["unknown"] * 2


def test_a_drive_that_has_left_is_verified_if_the_guest_has_lost_it() -> None:
    gone = verify_drives(seen(OUT, devices=()), evidence())
    assert (gone["table"][0]["guest"], gone["guest_agrees"]) == ("verified", True)
    still = verify_drives(seen(OUT, devices=()), evidence(drive()))
    assert (still["table"][0]["guest"], still["guest_agrees"]) == ("not verified", False)


@pytest.mark.parametrize("degraded", [False, True])
def test_a_guest_that_still_uses_a_drive_that_is_gone_does_not_agree_unless_it_does_without(degraded: bool) -> None:
    """It shows all drives that it should, so that asking again changes nothing."""
    lost = {"kind": "md", "name": "md0", "device": "nvme1n1", "degraded": degraded}
    found = verify_drives(seen(IN), evidence(drive(), lost=[lost]))
    assert found["table"][0]["guest"] == "verified"
    assert (found["guest_agrees"], found["guest_decided"]) == (degraded, True)
    assert ("md md0 (nvme1n1)" in found["guest_complaint"]) != degraded
    assert found["guest_lost"] == (["md md0 (nvme1n1) is degraded; the drive is gone."] if degraded else [])


def test_what_a_guest_could_not_look_at_is_told() -> None:
    assert verify_drives(seen(OUT, devices=()), evidence(not_seen=["mounts"]))["guest_unseen"] == ["mounts"]
    assert verify_drives(seen(OUT, devices=()), evidence())["guest_unseen"] == []


def test_what_lspci_says_without_python() -> None:
    text = f"{UUID}\n0000:00:00.0 0600: 8086:1237\n{LSPCI}"
    answer = lspci_answer(text)
    assert answer["vm_uuid"] == UUID
    assert [(device["address"], device["vendor_device"]) for device in answer["devices"]] == [
        ("0000:0b:00.0", "144d:a80a")
    ]
    assert "devices" not in lspci_answer("sh: lspci: not found\n")
