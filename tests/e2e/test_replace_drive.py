# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""replace_drive against a lab: a person swaps a drive while the playbook waits, or does something else instead."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_run import Result, run_playbook
from labclient import Lab
from people import once_awaited

HOST, NAME = "esxi-01.lab", "storage"
D9, DA = "0000:d9:00.0", "0000:da:00.0"
OLD, SLOT = "S01D9", "8"
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    passed = {"rebind_without_reboot": True, "passthrough_enabled": [D9, DA]}
    return {
        "hosts": [{"name": HOST, "version": "8.0.3", **passed}],
        "vms": [{"name": NAME, "power": "poweredOn", **FIT, "passthrough": [D9, DA]}],
    }


def play(lab: Lab, check: bool = False, **variables: Any) -> Result:
    """The host tells no serial numbers of drives that have passthrough; what the inventory knows of them counts."""
    known = [{"serial": OLD, "address": D9}, {"serial": "S01DA", "address": DA}]
    vm = {"nvme_hotplug_esxi_host": HOST, "nvme_replace_allow_guest_unchecked": True, "nvme_replace_pace_seconds": 0}
    inventory = {
        "esxi_hosts": {"hosts": {HOST: {"nvme_hotplug_known_drives": known}}},
        "vms": {"hosts": {NAME: vm}},
    }
    named = {"nvme_replace_drive": {"serial": OLD}, **variables}
    return run_playbook("directpath.nvme.replace_drive", lab, inventory=inventory, extra_vars=named, check=check)


def in_vm(lab: Lab) -> list[str]:
    (vm,) = lab.state()["vms"]
    return sorted(device["address"] for device in vm["pci_devices"])


def result(run: Result) -> dict[str, Any]:
    (facts,) = [
        task.result["ansible_facts"]["nvme_replace_result"]
        for task in run.of("set_fact")
        if "nvme_replace_result" in task.result.get("ansible_facts", {})
    ]
    return dict(facts)


def error(run: Result) -> dict[str, Any]:
    assert run.rc != 0, run.output
    return dict(run.failed[-1].result["error"])


def test_a_drive_is_swapped_while_the_playbook_waits(lab: Lab) -> None:
    assert play(lab, check=True).rc == 0
    assert lab.mutating_calls() == {}

    first = play(lab, nvme_replace_stage="remove")
    assert first.rc == 0, first.output
    assert f"It is safe now (N7) to pull it: slot {SLOT} of host {HOST}" in first.output
    assert (in_vm(lab), result(first)["stage"]) == ([DA], "to_pull")

    with once_awaited(lab, lambda: (lab.pull(HOST, D9), lab.insert(HOST, slot=int(SLOT), serial="NEW1"))):
        second = play(lab)
    assert second.rc == 0, second.output
    done = result(second)
    assert (done["stage"], done["old"]["serial"], done["new"]["serial"]) == ("finished", OLD, "NEW1")
    assert list(done["reached"]) == ["begun", "removed", "pulled", "inserted", "added", "verified", "finished"]
    assert in_vm(lab) == [D9, DA]

    changed = lab.mutating_calls()
    for named in ({"serial": OLD}, {"slot": SLOT}):
        again = play(lab, nvme_replace_drive=named)
        assert (again.rc, again.changed) == (0, []), again.output
    assert lab.mutating_calls() == changed
