# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules and inventory plugins of vmware.vmware that our roles and playbooks build on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_run import Task, environment, run_playbook, tool
from labclient import Lab

HOST, VM = "esxi-01.lab", "nvme-vm-01"


def run(lab: Lab, module: str, *steps: dict[str, Any]) -> list[Task]:
    """One task for each set of arguments, in one play: what each answered, failed or not."""
    tasks = [{"name": str(step), f"vmware.vmware.{module}": step, "ignore_errors": True} for step in steps]
    done = run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], lab)
    assert len(done.tasks) == len(steps), done.output
    return list(done.tasks)


def state(lab: Lab, kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in lab.state()[kind] if item["name"] == name)
    return found


def test_maintenance_mode(lab: Lab) -> None:
    enter = {"esxi_host_name": HOST, "enable_maintenance_mode": True, "timeout": 30}
    first, again = run(lab, "esxi_maintenance_mode", enter, enter)
    assert first.result["changed"], first
    assert not again.result["changed"]
    assert state(lab, "hosts", HOST)["in_maintenance_mode"]
    (left,) = run(lab, "esxi_maintenance_mode", {**enter, "enable_maintenance_mode": False})
    assert left.result["changed"], left
    assert not state(lab, "hosts", HOST)["in_maintenance_mode"]


def test_power_state(lab: Lab) -> None:
    vm = {"name": VM, "datacenter": lab.datacenter, "timeout": 30}
    on, again, shutdown = run(
        lab,
        "vm_powerstate",
        {**vm, "state": "powered-on"},
        {**vm, "state": "powered-on"},
        {**vm, "state": "shutdown-guest"},
    )
    assert on.result["changed"], on
    assert not again.result["changed"]
    assert shutdown.status == "failed"  # the demo's VMs have no VMware Tools
    assert state(lab, "vms", VM)["power"] == "poweredOn"
    (off,) = run(lab, "vm_powerstate", {**vm, "state": "powered-off"})
    assert off.result["changed"], off
    assert state(lab, "vms", VM)["power"] == "poweredOff"


@pytest.mark.parametrize(
    ("plugin", "names"),
    [("esxi_hosts", {"esxi-01.lab", "esxi-02.lab"}), ("vms", {"nvme-vm-01", "nvme-vm-02"})],
)
def test_inventory(lab: Lab, tmp_path: Path, plugin: str, names: set[str]) -> None:
    source = tmp_path / f"{plugin}.yml"
    source.write_text(json.dumps({"plugin": f"vmware.vmware.{plugin}", "groups": {plugin: True}}), encoding="utf-8")
    done = subprocess.run(
        [tool("ansible-inventory"), "-i", str(source), "--list"],
        env=environment(lab, tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)[plugin]["hosts"]) == names, done.stderr
