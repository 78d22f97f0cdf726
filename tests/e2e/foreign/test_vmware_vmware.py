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
from ansible_run import environment, run_module, tool
from labclient import Lab

HOST, VM = "esxi-01.lab", "nvme-vm-01"


def host(lab: Lab) -> dict[str, Any]:
    found: dict[str, Any] = next(h for h in lab.state()["hosts"] if h["name"] == HOST)
    return found


def power(lab: Lab) -> str:
    return str(next(vm for vm in lab.state()["vms"] if vm["name"] == VM)["power"])


def test_maintenance_mode(lab: Lab) -> None:
    enter = {"esxi_host_name": HOST, "enable_maintenance_mode": True, "timeout": 30}
    assert run_module("vmware.vmware.esxi_maintenance_mode", enter, lab)["changed"]
    assert host(lab)["in_maintenance_mode"]
    assert not run_module("vmware.vmware.esxi_maintenance_mode", enter, lab)["changed"]
    leave = {**enter, "enable_maintenance_mode": False}
    assert run_module("vmware.vmware.esxi_maintenance_mode", leave, lab)["changed"]
    assert not host(lab)["in_maintenance_mode"]


@pytest.mark.parametrize("off", ["powered-off", "shutdown-guest"])
def test_power_state(lab: Lab, off: str) -> None:
    wanted = {"name": VM, "datacenter": lab.datacenter, "timeout": 30}
    on = run_module("vmware.vmware.vm_powerstate", {**wanted, "state": "powered-on"}, lab)
    assert on["changed"], on
    assert power(lab) == "poweredOn"
    done = run_module("vmware.vmware.vm_powerstate", {**wanted, "state": off}, lab)
    if off == "shutdown-guest":
        assert done["failed"]  # the demo's VMs have no VMware Tools
        assert power(lab) == "poweredOn"
    else:
        assert done["changed"], done
        assert power(lab) == "poweredOff"


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
