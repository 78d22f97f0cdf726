# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the inventory, a VM, its host and its guest say the same of the VM's drives (V1 to V6)? No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins, same_uuid
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import remedy_for_twins
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import match_guest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.lost import lost_complaint, lost_notes
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import judge_guest

Facts = Mapping[str, Any]

_WRONG = {
    "added": "wanted, but not in",
    "removed": "not wanted, but still in",
    "present": "listed by the VM, but the host does not say that it is in",
    "absent": "not listed by the VM, but the host says that it is in",
}
"""What is wrong of a drive, by the status that the VM's side gave."""

_NOT_ANSWERED = (
    "the guest could not be asked, so its drives are not verified. Give it a connection in the inventory, as root and "
    "with Python or at least lspci. For an appliance that nobody can log in to, set hotplug_verify_guest to false."
)


def verify_drives(answers: Sequence[Facts], host: Facts, guest: Facts | None) -> dict[str, Any]:
    """Hold all sides against each other.

    :param answers: what vm_pci_hotplug answered in check mode, for the drives wanted present and those wanted absent;
        only then does it look for VMs with the same BIOS UUID.
    :param host: one of ``hosts`` in the result of nvme_device_info, of the host that the VM is on.
    :param guest: the result of guest_nvme_info, or what ``lspci_answer`` makes of lspci's, or nothing where the guest
        did not answer; None where it is not to be asked.
    :return: ``table``, a row for each drive; ``wrong`` and ``orphans``, a line each; ``guest_agrees`` and
        ``guest_complaint``; ``guest_requirements`` (Q6, Q7); ``guest_decided``, whether asking again would be in vain;
        ``guest_lost``, a line for each user of a drive that is gone that goes on without it.
    """
    vm = answers[0]["vm"]
    entries = [device for device in host["devices"] if device["vm"] and device["vm"]["moid"] == vm["moid"]]
    drives = [_as_the_guest_should_see_it(device) for device in entries]
    table = [_row(drive, host, vm) for answer in answers for drive in answer["devices"]]
    held = {device["address"] for device in entries}
    verified = {
        "table": table,
        "wrong": [_complaint(row) for row in table if (row["status"], row["address"] in held) not in _RIGHT],
        "orphans": [_orphan(item, host["host"]["name"]) for item in host["orphans"]],
        "guest_agrees": True,
        "guest_decided": True,
        "guest_complaint": "",
        "guest_requirements": [],
        "guest_lost": [],
    }
    if guest is None:
        return verified
    complaint = _not_its_guest(guest, vm) or _maybe_a_twins(answers)
    return {**verified, **_with_guest(table, drives, guest, complaint)}


_RIGHT = (("present", True), ("absent", False))
"""The status that the VM's side gave, and whether the host says that the VM has the drive."""


def _with_guest(table: Sequence[dict[str, Any]], drives: Sequence[Facts], guest: Facts, no: str) -> dict[str, Any]:
    """What the guest's answer changes.

    :param no: why it is not known to be the answer of this VM's guest; empty if it is.
    """
    if no:
        rows = [{**row, "guest": "not verified"} for row in table]
        decided = "devices" in guest
        return {"table": rows, "guest_agrees": False, "guest_decided": decided, "guest_complaint": no}
    match = match_guest(drives, guest)
    lost = lost_complaint(guest)
    word = "verified" if match["agree"] else "not verified"
    seen = {device["address"]: device for device in match["devices"]}
    verdicts = judge_guest(GuestKernel.from_dict(guest.get("kernel")))
    return {
        "table": [{**row, **_guest_columns(seen.get(row["address"]), word)} for row in table],
        "guest_agrees": match["agree"] and not lost,
        "guest_decided": match["agree"],
        "guest_complaint": " ".join(filter(None, [_disagreement(match, verdicts), lost])),
        "guest_requirements": [verdict.as_dict() for verdict in verdicts],
        "guest_lost": lost_notes(guest),
    }


def _not_its_guest(guest: Facts, vm: Facts) -> str:
    """Why the answer counts for nothing; whatever answers at an address may be another machine."""
    if "devices" not in guest:
        return _NOT_ANSWERED
    seen = guest.get("vm_uuid")
    if not seen:
        return (
            "the guest does not say of which VM it is, as only root may read its UUID, so its drives are not verified. "
            "Ask it as root: ansible_user: root, or ansible_become: true."
        )
    if not same_uuid(seen, vm.get("uuid")):
        return (
            f"what answers is not the guest of VM {vm['name']}: its UUID is {seen}, that of the VM {vm.get('uuid')}. "
            "Mend ansible_host in the inventory."
        )
    return ""


def _maybe_a_twins(answers: Sequence[Facts]) -> str:
    """Why an answer with the UUID of this VM may be another's all the same."""
    twins = Twins.from_dicts(answer["twins"] for answer in answers)
    clauses = "; ".join(twins.described())
    return clauses and f"what answers may be the guest of another VM: {clauses}. {remedy_for_twins(twins)}"


def _guest_columns(seen: Facts | None, word: str) -> dict[str, Any]:
    if seen is None:
        return {"guest": word}
    columns = {name: seen[name] for name in ("guest_address", "guest_paths", "guest_lspci")}
    return {"guest": "not in the guest" if seen["guest_match"] == "none" else word, **columns}


def _disagreement(match: Facts, verdicts: Sequence[Verdict]) -> str:
    if match["agree"]:
        return ""
    lacking = [device["address"] for device in match["devices"] if device["guest_match"] == "none"]
    parts = ["the guest and its VM disagree."]
    if lacking:
        parts.append(f"The guest does not see {', '.join(lacking)}.")
    if match["surplus"]:
        parts.append(f"The guest has {match['surplus']} more than its VM.")
    if lacking or match["surplus"]:
        hot_plug = [verdict for verdict in verdicts if verdict.id == "Q6"]
        parts += [f"{verdict.describe()}. {verdict.remedy}".strip() for verdict in hot_plug]
    return " ".join(parts)


def _as_the_guest_should_see_it(device: Facts) -> dict[str, Any]:
    return {
        "address": device["address"],
        "vendor_device": device["vendor_device"],
        "serial": device["serial"],
        "pci_slot_number": device["vm"]["pci_slot_number"],
    }


def _row(drive: Facts, host: Facts, vm: Facts) -> dict[str, Any]:
    """A drive that is not in the VM is known to the host only, so its name comes from there."""
    seen: Facts = next((item for item in host["devices"] if item["address"] == drive["address"]), {})
    return {
        "name": seen.get("name", drive["name"]),
        "vendor_device": seen.get("vendor_device", drive["vendor_device"]),
        "host": host["host"]["name"],
        "address": drive["address"],
        "vm": vm["name"],
        "status": drive["status"],
        "pci_slot_number": drive["pci_slot_number"],
        "guest": "not asked",
        "guest_address": None,
        "guest_paths": [],
        "guest_lspci": None,
    }


def _orphan(item: Facts, host: str) -> str:
    what = f"VM {item['vm']['name']} still lists {item['address']} ({item['label']}), which host {host} no longer has."
    return f"{what} A hot-remove of that address cleans up (V3)."


def _complaint(row: Facts) -> str:
    wrong = _WRONG.get(row["status"], row["status"])
    return f"{row['name']} at {row['host']} {row['address']}: {wrong} {row['vm']}."
