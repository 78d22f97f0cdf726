# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test's integration targets, without containers, on a copy of the collection.

`integration.py [TARGET...]` runs them against a lab of their own. `integration.py --config FILE TARGET...` runs those
that are named against the server that a file like tests/integration/integration_config.yml.template describes; then
nothing is allowed but what that file allows, and targets that are destructive also want --allow-destructive.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import layout
import registry
from checkout import link, make_checkout, run
from labclient import Lab

CONFIG = Path("tests") / "integration" / "integration_config.yml"

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}

LAB: dict[str, Any] = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "cluster": "cluster-a"},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "cluster-a", "passthrough_enabled": [D8, D9]},
        {"name": "esxi-03.lab", "version": "8.0.2", "cluster": "cluster-a"},
    ],
    "vms": [
        {"name": "unprepared", "host": "esxi-01.lab"},
        {"name": "off", "host": "esxi-02.lab", **FIT},
        {"name": "running", "host": "esxi-02.lab", "power": "poweredOn", **FIT},
    ],
}

ALLOWED: dict[str, Any] = {
    "nvme_device_info_host": "esxi-01.lab",
    "nvme_device_info_drive": D8,
    "nvme_drive_wait_host": "esxi-01.lab",
    "nvme_drive_wait_empty_slot": "24",
    "hotplug_readiness_info_host": "esxi-01.lab",
    "hotplug_plan_module_host": "esxi-02.lab",
    "hotplug_plan_module_vm": "running",
    "hotplug_plan_module_drives": [{"address": D8}, {"address": DA}],
    "host_boot_param_host": "esxi-01.lab",
    "host_boot_param_value": "4096",
    "nvme_locator_led_host": "esxi-01.lab",
    "nvme_locator_led_drive": D9,
    "nvme_passthrough_toggle_host": "esxi-01.lab",
    "nvme_passthrough_toggle_drives": [{"address": D9}, {"address": DA}],
    "host_drive_memory_host": "esxi-01.lab",
    "host_drive_memory_drive": D8,
    "host_maintenance_claim_host": "esxi-01.lab",
    "vm_nvme_info_vm": "running",
    "vm_nvme_info_host": "esxi-02.lab",
    "vm_nvme_info_absent_drive": D8,
    "nvme_replacement_vm": "running",
    "nvme_replacement_host": "esxi-02.lab",
    "nvme_replacement_drive": D8,
    "vm_power_on_vm": "off",
    "vm_power_on_host": "esxi-02.lab",
    "vm_power_on_datacenter": "DC0",
    "vm_hotplug_config_vm": "unprepared",
    "vm_pci_hotplug_vm": "running",
    "vm_pci_hotplug_host": "esxi-02.lab",
    "vm_pci_hotplug_drives": [{"address": D9}, {"address": D8}],
    "host_reboot_host": "esxi-03.lab",
    "host_reboot_allowed": True,
}
"""What the targets may touch in the lab: what the template of the configuration asks of an operator."""


def run_targets(collection: Path, arguments: Sequence[str]) -> int:
    """A target that fails does not stop the others."""
    return run(collection, "integration", ["--continue-on-error", *arguments])


def against_lab(collection: Path, targets: Sequence[str]) -> int:
    with Lab.start(LAB) as lab:
        server = {
            "vcenter_hostname": lab.host,
            "vcenter_port": lab.port,
            "vcenter_username": lab.username,
            "vcenter_password": lab.password,
            "vcenter_ca_bundle": lab.ca_file,
        }
        registry.write_private(collection / CONFIG, json.dumps({**server, **ALLOWED}))
        try:
            return run_targets(collection, ["--allow-destructive", *targets])
        finally:
            (collection / CONFIG).unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the integration targets against a lab or a configured server.")
    parser.add_argument("--config", type=Path, help="the server, and what targets may touch there")
    parser.add_argument("--allow-destructive", action="store_true", help="with --config: also what is not undone")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="names of modules; without --config all")
    args = parser.parse_args()
    if args.config and not args.targets:
        parser.error("--config needs the targets that are to run there")
    collection = make_checkout(layout.CACHE / "integration")
    if not args.config:
        return against_lab(collection, args.targets)
    # No copy of its password.
    link(collection / CONFIG, args.config.resolve(strict=True))
    return run_targets(collection, [*(["--allow-destructive"] if args.allow_destructive else []), *args.targets])


if __name__ == "__main__":
    sys.exit(main())
