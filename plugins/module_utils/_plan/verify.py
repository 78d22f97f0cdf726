# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the inventory, a VM, its host and its guest say the same of the VM's drives (V1 to V6)? No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import OF_VMS
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins, same_uuid
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import remedy_for_twins
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import match_guest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_serials import contradictions, to_learn
from ansible_collections.directpath.nvme.plugins.module_utils._plan.lost import lost_complaint, lost_notes
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import judge_guest

Facts = Mapping[str, Any]

_WRONG = {
    ("present", "absent"): "wanted, but not in {vm}.",
    ("absent", "present"): "not wanted, but still in {vm}.",
    ("present", "gone"): "wanted, but gone from the host; {vm} still has its entry.",
    ("absent", "gone"): "not wanted, and {vm} still has its entry, though the host does not have it any more.",
}
"""What is wrong of a drive, by the state that is wanted and the status that was found."""

_NOWHERE = "wanted, but neither in {vm} nor on the host."

_CANNOT_BE_TOLD = "nobody can tell whether {vm} has it, as of {doubtful} too little is known."

_NOT_ANSWERED = (
    "the guest could not be asked, so its drives are not verified. Give it a connection in the inventory, as root and "
    "with Python or at least lspci. For an appliance that nobody can log in to, set hotplug_verify_guest to false."
)


def verify_drives(seen: Facts, guest: Facts | None) -> dict[str, Any]:
    """Hold all sides against each other.

    :param seen: one of ``vms`` in the result of vm_nvme_info, which looked for the VM's twins.
    :param guest: the result of guest_nvme_info, or what ``lspci_answer`` makes of lspci's, or nothing where the guest
        did not answer; None where it is not to be asked.
    :return: ``table``, a row for each drive; ``wrong``, ``orphans`` and ``residue``, a line each; ``guest_agrees`` and
        ``guest_complaint``; ``guest_requirements`` (Q6, Q7); ``guest_decided``, whether asking again would be in vain;
        ``guest_lost``, a line for each user of a drive that is gone that goes on without it; ``guest_unseen``, what
        the guest could not look at, where more users may be;
        ``learnt``, serial numbers that the guest reads and vSphere does not know, as host_drive_memory takes them.
    """
    vm, host = seen["vm"], seen["host"]["name"]
    table = [_row(item, host, vm["name"]) for item in seen["selected"]]
    verified = {
        "table": table,
        "wrong": [_complaint(item, host, vm["name"]) for item in seen["selected"] if not item["as_wanted"]],
        "orphans": [_orphan(item, host, vm["name"]) for item in seen["orphans"]],
        "residue": _residue(seen),
        "guest_agrees": True,
        "guest_decided": True,
        "guest_complaint": "",
        "guest_requirements": [],
        "guest_lost": [],
        "guest_unseen": [],
        "learnt": [],
    }
    if guest is None:
        return verified
    complaint = _not_its_guest(guest, vm) or _maybe_a_twins(seen)
    return {**verified, **_with_guest(table, seen, guest, complaint)}


def _with_guest(table: Sequence[dict[str, Any]], seen: Facts, guest: Facts, no: str) -> dict[str, Any]:
    """What the guest's answer changes.

    :param no: why it is not known to be the answer of this VM's guest; empty if it is.
    """
    if no:
        rows = [{**row, "guest": "not verified"} for row in table]
        decided = "devices" in guest
        return {"table": rows, "guest_agrees": False, "guest_decided": decided, "guest_complaint": no}
    match = match_guest(seen["devices"], guest)
    wrong = [*contradictions(seen["selected"], match["devices"], seen["vm"]["name"]), lost_complaint(guest)]
    wrong = [text for text in wrong if text]
    word = "verified" if match["agree"] else "not verified"
    shown = {device["address"]: device for device in match["devices"]}
    # What else is required of the guest is said above, of the very drives.
    verdicts = [item for item in judge_guest(GuestSeen.from_dict(guest), {}) if item.id in OF_VMS]
    return {
        "table": [{**row, **_guest_columns(shown.get(row["address"]), word)} for row in table],
        "guest_agrees": match["agree"] and not wrong,
        "guest_decided": match["agree"],
        "guest_complaint": " ".join(filter(None, [_disagreement(match, verdicts), *wrong])),
        "guest_requirements": [verdict.as_dict() for verdict in verdicts],
        "guest_lost": lost_notes(guest),
        "guest_unseen": list(guest.get("not_seen", ())),
        "learnt": to_learn(match["devices"]),
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


def _maybe_a_twins(seen: Facts) -> str:
    """Why an answer with the UUID of this VM may be another's all the same."""
    twins = Twins.from_dict(seen["twins"]) if seen["twins"] is not None else _NOBODY_LOOKED
    clauses = "; ".join(twins.described())
    return clauses and f"what answers may be the guest of another VM: {clauses}. {remedy_for_twins(twins)}"


_NOBODY_LOOKED = Twins(doubts=("nobody looked for one (look_for_twins of vm_nvme_info)",))


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


def _row(item: Facts, host: str, vm: str) -> dict[str, Any]:
    """A drive in the table. One that nothing is known of goes by what was asked for."""
    drive = item["drive"] or {}
    known = {name: drive.get(name, item["selector"].get(name)) for name in _KNOWN}
    return {
        **known,
        "host": host,
        "vm": vm,
        "wanted": item["state"],
        "status": item["status"],
        "pci_slot_number": drive.get("pci_slot_number"),
        "guest": "not asked",
        "guest_address": None,
        "guest_paths": [],
        "guest_lspci": None,
    }


_KNOWN = ("address", "name", "vendor_device", "serial", "slot")


def _complaint(item: Facts, host: str, vm: str) -> str:
    wrong = _WRONG.get((item["state"], item["status"]), _CANNOT_BE_TOLD) if item["candidates"] else _NOWHERE
    doubtful = ", ".join(f"{row['label']} ({row['address']})" for row in item["candidates"] if row["in_vm"])
    return f"{_name_of(item, host)}: {wrong.format(vm=vm, doubtful=doubtful)}"


def _name_of(item: Facts, host: str) -> str:
    """A drive in words, or what was asked for where nobody knows which drive that is."""
    drive = item["drive"]
    if not drive:
        asked = ", ".join(f"{name}={value}" for name, value in item["selector"].items())
        return f"{asked} on {host}"
    serial = f" (serial {drive['serial']})" if drive["serial"] else ""
    return f"{drive['name']}{serial} at {host} {drive['address']}"


def _orphan(item: Facts, host: str, vm: str) -> str:
    what = f"VM {vm} still lists {item['address']} ({item['label']}), which host {host} no longer has."
    return f"{what} A hot-remove of that address cleans up (V3)."


def _residue(seen: Facts) -> list[str]:
    listed = ", ".join(item["entry"] for item in seen["residue"] or [])
    if not listed:
        return []
    what = f"The configuration of VM {seen['vm']['name']} has {listed}, left by failed hot-adds; that does no harm."
    return [f"{what} vm_hotplug_config with clean_residue: true removes it."]
