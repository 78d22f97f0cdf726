# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drives that VMs have lost because somebody pulled them (C4): whose they were, and what became of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import inert

Facts = Mapping[str, Any]

LEFT, CLEANED, NONE, BACK = "left", "cleaned", "none", "back"
"""What became of the VM's entry: it is still there without its drive; it was, and is gone; there is none; it is there
with a drive behind it, the same one or another."""

_KNOWN = ("address", "name", "vendor_device", "serial", "slot")


def vms_with_losses(rows: Sequence[Facts], vms: Sequence[Facts], events: Sequence[Facts]) -> dict[str, Any]:
    """Who has to be looked after.

    :param rows: ``vms`` in the results of vm_nvme_info.
    :param vms: those of the inventory, as one of ``vms`` in a request to hotplug_plan.
    :param events: of the event source pulled_drives.
    :return: ``vms``, inventory names, also of those that could not be read: what they have lost is not known;
        ``others``, a line for each loss of a VM that is none of them, and for each VM that was not seen or not read.
    """
    names: list[str] = []
    others: list[str] = []
    seen: set[str] = set()
    for row in rows:
        mine = [vm["inventory_name"] for vm in vms if _may_be(vm, row["vm"])]
        seen.update(mine)
        if row["error"]:
            name = row["vm"]["name"] or row["vm"]["moid"]
            others.append(f"Nobody can tell what VM {name} has lost: {row['error']['message']}")
            names += mine
            continue
        lost = losses(row, events)
        names += mine if lost else []
        for loss in [] if mine else lost:
            entry = "keeps its entry" if loss["stale_entry"] else "has no entry for it any more"
            others.append(
                f"VM {row['vm']['name']} on host {row['host']['name']} has lost {_named(loss)} and {entry}. It is no "
                "VM of this inventory that has nvme_hotplug_devices, so that nothing is done there."
            )
    # For an event, nobody looks at any VM but the one that it names.
    missing = [] if events else [vm["inventory_name"] for vm in vms if vm["inventory_name"] not in seen]
    others += [
        f"Nobody can tell what {name} has lost: it was seen on no host that the inventory names." for name in missing
    ]
    return {"vms": list(dict.fromkeys(names)), "others": others}


def _may_be(vm: Facts, seen: Facts) -> bool:
    """Whether a VM of the inventory can be that one. The role asks for exactly its own, so too many do no harm."""
    if vm.get("moid"):
        return str(vm["moid"]) == str(seen["moid"])
    if vm.get("name"):
        return unquote(str(vm["name"]).rstrip("/").rpartition("/")[2]) == str(seen["name"])
    return True


def losses(seen: Facts, events: Sequence[Facts]) -> list[dict[str, Any]]:
    """The drives that a VM has lost: those whose entries it keeps, and those that events tell of.

    :param seen: one of ``vms`` in the result of vm_nvme_info.
    :return: ``selector`` of each is how modules take it.
    """
    told = {event["address"]: event for event in _events_of(seen, events)}
    found = {orphan["address"]: {**_known(orphan), "stale_entry": True} for orphan in seen["orphans"]}
    for address, event in told.items():
        found.setdefault(address, {**_known(event), "stale_entry": False})
        found[address]["serial"] = found[address]["serial"] or event["serial"]
        found[address]["slot"] = found[address]["slot"] or event["slot"]
    return [
        {**loss, "seen_at": told.get(address, {}).get("seen_at"), "selector": {"address": address}}
        for address, loss in found.items()
    ]


def loss_report(lost: Sequence[Facts], seen: Facts, guest: str) -> list[dict[str, Any]]:
    """What became of each drive that was lost.

    :param lost: what losses() returned before anything was done.
    :param seen: the VM as vm_nvme_info shows it afterwards.
    :param guest: what its guest says (V6), in a word.
    """
    orphans = {orphan["address"] for orphan in seen["orphans"]}
    have = {device["address"] for device in seen["devices"]}
    on_host = {row["address"] for answer in seen["selected"] for row in answer["candidates"] if row["on_host"]}
    rows = []
    for loss in lost:
        address = loss["address"]
        entry = LEFT if address in orphans else BACK if address in have else CLEANED if loss["stale_entry"] else NONE
        row = {
            "vm": seen["vm"]["name"],
            "host": seen["host"]["name"],
            **_known(loss),
            "seen_at": loss["seen_at"],
            "entry": entry,
            "something_at_address": address in on_host or entry == BACK,
            "guest": guest,
        }
        rows.append({**row, "text": _text(row)})
    return rows


_BECAME = {
    LEFT: "the VM keeps its entry",
    CLEANED: "its entry was taken out of the VM",
    NONE: "the VM has no entry for it any more",
    BACK: "the VM has its entry, and the host has a drive there again: see whether it is the same one",
}


def _text(row: Facts) -> str:
    when = f", seen at {row['seen_at']}" if row["seen_at"] else ""
    there = " Another drive is at its address now." if row["something_at_address"] and row["entry"] != BACK else ""
    what = f"VM {row['vm']} has lost {_named(row)} of host {row['host']}{when}: {_BECAME[row['entry']]} (V3)."
    return f"{what}{there} Guest: {row['guest']} (V6)."


def _events_of(seen: Facts, events: Sequence[Facts]) -> list[Facts]:
    """Several vCenters may have the same ids, so the name counts as well."""
    vm = seen["vm"]
    known = (inert(vm["name"]), vm["moid"])
    return [event for event in events if (event.get("vm"), event.get("vm_moid")) == known]


def _known(drive: Facts) -> dict[str, Any]:
    return {name: drive.get(name) for name in _KNOWN}


def _named(drive: Facts) -> str:
    serial, slot = drive.get("serial"), drive.get("slot")
    told = (drive.get("name"), serial and f"serial {serial}", slot and f"slot {slot}")
    known = ", ".join(text for text in told if text)
    return f"{drive['address']} ({known})" if known else str(drive["address"])
