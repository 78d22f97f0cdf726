# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports that tests of the page make up are such as the filter readiness_report makes of the same answers."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import device_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_report import (
    Material,
    Scope,
    readiness_report,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_silent import Answer
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import GUEST_REQUIREMENTS
from readiness_facts import device
from readiness_fleet import SILENT, make_report

KERNEL = {"release": "6.8.0-48-generic", "nvme": True, "pciehp": True, "acpiphp": True}


def told_by_vcenter(item: dict[str, Any]) -> dict[str, Any]:
    """A host or VM of a report without what the report itself adds."""
    rows = item["requirements"][: -len(GUEST_REQUIREMENTS)] if "guest" in item else item["requirements"]
    added = ("ready", "vcenter", "guest")
    return {**{key: value for key, value in item.items() if key not in added}, "requirements": rows}


def told_by_guest(vm: dict[str, Any]) -> dict[str, Any] | None:
    """What guest_nvme_info returned, or how it failed; None where nobody asked."""
    if not vm["guest"]["asked"]:
        return None
    if not vm["guest"]["answered"]:
        return {"unreachable": True, "msg": SILENT}
    devices = [{"address": "0000:0b:00.0", "vendor_device": "144d:a80a", "namespaces": []} for _drive in vm["drives"]]
    known = {"vm_uuid": vm["vm"]["uuid"], "kernel": KERNEL, "root": True, "lspci": "/usr/bin/lspci"}
    return {"devices": devices, **known, "not_seen": [], "lost": []}


def test_the_same_answers_make_the_same_report() -> None:
    wanted = make_report(12, 30)
    names = {kind: [{"inventory_name": item["inventory_name"]} for item in wanted[kind]] for kind in ("hosts", "vms")}
    said = {kind: [told_by_vcenter(item) for item in wanted[kind]] for kind in ("hosts", "vms")}
    guests = {vm["inventory_name"]: told_by_guest(vm) for vm in wanted["vms"]}
    material = Material(
        [Answer("vcenter.lab", names, said)],
        wanted["generated_at"],
        {name: result for name, result in guests.items() if result},
        scope=Scope(12, 30),
    )
    made = readiness_report(material)
    assert set(made) - set(wanted) == {"findings"}
    for kind in ("hosts", "vms"):
        wanted[kind].sort(key=lambda item: str(item["inventory_name"]))
    assert {key: made[key] for key in wanted} == wanted


def test_its_drives_are_shown_as_modules_show_them() -> None:
    (host,) = make_report(1, 1)["hosts"]
    assert {key for drive in host["drives"] for key in drive} <= {*device_row(device(), None), "vm", "objections"}
