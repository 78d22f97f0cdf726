# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The locator LED of drives: which bay a person goes to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import combined
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.locator_led import plan_leds
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import gone, read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.locator_led import read_led_system
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.locator_led import turn_leds


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Turn the LEDs of the selected drives of one host. Nothing can be read back, so that every run turns them."""
    ref = find_hosts(session, params)[0]
    view = _read(session, ref, params, parse_selectors(params["devices"]))
    leds = read_led_system(session, ref)
    plan = plan_leds(view, leds.supported, parse_selectors(params["devices"]))
    warnings = plan.admit(check_mode)
    state = params["state"]
    if check_mode:
        return _outcome(view, plan.steps, state, warnings)
    failed = turn_leds(session, leds.system, view, plan.steps, state == "on", params["timeout"])
    if failed:
        done = _outcome(view, plan.steps, state, warnings, failed)
        raise combined(list(failed.values()), 1, **done.result)
    return _outcome(view, plan.steps, state, warnings)


def _read(session: Session, ref: Any, params: dict[str, Any], selectors: Sequence[Selector]) -> HostDevices:
    views = read_host_devices(session, [ref], known_drives(params["known_drives"]))
    if not views:
        raise gone(params["esxi_host_name"])
    require_usable_devices(views[0])
    if any(selector.slot for selector in selectors):
        return with_slots(EsxCli(session, views[0].host.moid, views[0].name), views[0])
    return views[0]


def _outcome(
    view: HostDevices, drives: Sequence[HostDevice], state: str, warnings: list[str], failed: Collection[str] = ()
) -> Outcome:
    turned = [drive for drive in drives if drive.pci.address not in failed]
    devices = [
        {
            "address": drive.pci.address,
            "name": drive.pci.name,
            "vendor_device": drive.pci.vendor_device,
            "serial": drive.serial,
            "slot": drive.slot,
            "slot_description": drive.slot_description,
            "hardware_label": drive.hardware_label,
            "led": state,
        }
        for drive in turned
    ]
    return Outcome(
        {"changed": bool(turned), "hosts": [{"host": view.host.identity, "devices": devices}]},
        before={drive.pci.address: {"led": "unknown"} for drive in turned},
        after={drive.pci.address: {"led": state} for drive in turned},
        warnings=warnings,
    )
