# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of vm_hotplug_config, the lab that they are made in, and what they did there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_run import Task, run_module, run_playbook
from labclient import Lab
from vsphere import content

MODULE = "directpath.nvme.vm_hotplug_config"

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
EFI = {"firmware": "efi", "layout": "acpiHostBridges"}
"""Lacks the reservation and the hot-plug flag."""

UNSUPPORTED: dict[str, dict[str, Any]] = {
    "n1": {"iommu": True},
    "n2": {"cpu_hot_add": True},
    "n3": {"memory_hot_add": True},
    "n9": {"nested_hv": True},
}
NEVER_CORRECTED: dict[str, dict[str, Any]] = {
    "n4": {"dynamic_directpath": True},
    "n5": {"num_cpu": 130},
    "p7": {"hw_version": "vmx-17"},
}

CONFIG = {
    "datacenters": ["DC0", "DC1"],
    "hosts": [{"name": "esxi-01.lab", "datacenter": "DC0"}, {"name": "esxi-02.lab", "datacenter": "DC1"}],
    "vms": [
        {"name": "factory"},
        {"name": "fit", "power": "poweredOn", **FIT},
        {"name": "running", "power": "poweredOn", **EFI},
        {"name": "tools", "power": "poweredOn", "tools_running": True},
        {"name": "template", "template": True},
        *({"name": name, **FIT, **broken} for name, broken in {**UNSUPPORTED, **NEVER_CORRECTED}.items()),
        {"name": "twin", "folder": "storage", **FIT},
        {"name": "twin", "folder": "test", **FIT},
        {"name": "abroad", "host": "esxi-01.lab", **FIT},
        {"name": "abroad", "host": "esxi-02.lab", **FIT},
    ],
}

PREPARED = {
    "firmware": "efi",
    "layout": "acpiHostBridges",
    "mem_locked": True,
    "fpt_hotplug": True,
    "cpu_hot_add": False,
    "cpu_hot_remove": False,
    "memory_hot_add": False,
    "iommu": False,
    "nested_hv": False,
}


def prepare(lab: Lab, name: str, *, check: bool = False, diff: bool = False, **args: Any) -> dict[str, Any]:
    return run_module(MODULE, {"name": name, **args}, lab, check=check, diff=diff)


def prepare_each(lab: Lab, *tasks: dict[str, Any], check: bool = False) -> list[Task]:
    """Several calls of the module in one run of Ansible; their failures are answers, too."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [{"name": "prepare", MODULE: args, "ignore_errors": True} for args in tasks],
    }
    run = run_playbook([play], lab, check=check)
    assert len(run.tasks) == len(tasks), run.output
    return list(run.tasks)


def vm_state(lab: Lab, name: str) -> dict[str, Any]:
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == name)
    return dict(vm)


def is_prepared(lab: Lab, name: str) -> bool:
    config = vm_state(lab, name)["config"]
    return {key: config[key] for key in PREPARED} == PREPARED


@contextmanager
def vm_object(lab: Lab, path: str) -> Iterator[Any]:
    """A VM as pyVmomi sees it, for what the lab's own commands do not offer."""
    with content(lab) as found:
        yield found.searchIndex.FindByInventoryPath(path)
