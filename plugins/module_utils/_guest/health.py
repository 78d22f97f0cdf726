# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the drives of a Linux guest are. Runs in the guest: standard library only.

Told, not judged: that is done where the result goes.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import (
    EMPTY,
    KELVIN,
    DriveHealth,
    percent,
    warnings,
    whole,
)
from ansible_collections.directpath.nvme.plugins.module_utils._guest.aside import ask_aside
from ansible_collections.directpath.nvme.plugins.module_utils._guest.command import output_of
from ansible_collections.directpath.nvme.plugins.module_utils._guest.controller import Controller, Identity, Refused
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs

LIMIT = 15.0
"""Seconds, for all drives together. A drive that works answers within milliseconds."""

_KEPT_OUT = (errno.EACCES, errno.EPERM)

_NAMES = {
    "available_spare_percent": "avail_spare",
    "available_spare_threshold_percent": "spare_thresh",
    "percentage_used": "percent_used",
    "error_log_entries": "num_err_log_entries",
    "warning_temperature_minutes": "warning_temp_time",
    "critical_temperature_minutes": "critical_comp_time",
    **{
        name: name
        for name in (
            *("data_units_read", "data_units_written", "power_cycles", "power_on_hours"),
            *("unsafe_shutdowns", "media_errors"),
        )
    },
}
"""What nvme-cli calls things."""


class HealthReader:
    """Asks the controllers below one folder of nodes, so that tests can bring one of their own."""

    def __init__(self, sysfs: Sysfs, dev: str = "/dev", limit: float = LIMIT) -> None:
        self._sysfs = sysfs
        self._dev = dev
        self._limit = limit

    def of(self, devices: Sequence[GuestDevice]) -> dict[str, DriveHealth]:
        """The health of each drive, by its address."""
        known = {device.address: device for device in devices}
        found = {device.address: self._by_sysfs(device) for device in devices}
        asked = [address for address, health in found.items() if not health.unread]
        answers = ask_aside(lambda address: asdict(self._ask(known[address])), asked, self._limit)
        for address, answer in answers.items():
            found[address] = self._told(found[address], answer)
        return found

    def _by_sysfs(self, device: GuestDevice) -> DriveHealth:
        """What the kernel tells without asking the drive, and why it cannot be asked, if it cannot."""
        if not device.controllers:
            driver = f"driver {device.driver}" if device.driver else "no driver"
            return DriveHealth(unread=f"{driver} has it, and the guest no controller of it")
        folder = f"class/nvme/{device.controllers[0]}"
        state = self._sysfs.text(f"{folder}/state") or None
        mute = None if state in (None, "live") else f"its controller is {state}"
        return DriveHealth(controller=state, firmware=self._sysfs.text(f"{folder}/firmware_rev") or None, unread=mute)

    def _told(self, before: DriveHealth, answer: Mapping[str, Any] | None) -> DriveHealth:
        if answer is None:
            return replace(before, unread=f"its controller has not answered within {self._limit:g} s")
        health = DriveHealth.from_dict(answer)
        unread = health.unread if health.source or health.unread else "it could not be asked"
        return replace(health, controller=before.controller, firmware=health.firmware or before.firmware, unread=unread)

    def _ask(self, device: GuestDevice) -> DriveHealth:
        """Runs in a process of its own."""
        path = os.path.join(self._dev, device.controllers[0])
        try:
            return _by_ioctl(path, device)
        except Refused as refusal:
            return DriveHealth(unread=str(refusal))
        except OSError as error:
            if error.errno == errno.EINTR:  # so Linux ends commands of a controller that it resets
                return DriveHealth(unread="its controller was reset before it answered")
            reason = f"{path}: {os.strerror(error.errno or 0)}"
            if error.errno not in _KEPT_OUT:
                return DriveHealth(unread=reason)
            # It sends the same, but may have been given the right to.
            return _by_nvme_cli(path, device) or DriveHealth(unread=f"{reason} (run as root)")


def _by_ioctl(path: str, device: GuestDevice) -> DriveHealth:
    controller = Controller(path)
    try:
        identity = controller.identify()
        other = _another(identity, device, path)
        if other:
            return other
        health = DriveHealth.of_log(controller.health(identity.version))
        return replace(health, source="ioctl", firmware=identity.firmware or None)
    finally:
        controller.close()


def _by_nvme_cli(path: str, device: GuestDevice) -> DriveHealth | None:
    """None where there is no nvme-cli, or it tells nothing either."""
    who, log = (_json_of("nvme", command, path, "--output-format=json") for command in ("id-ctrl", "smart-log"))
    bits, kelvin = whole(log.get("critical_warning")), whole(log.get("temperature"))
    if not who or bits is None:
        return None
    serial, model, firmware = (str(who.get(name, "")).strip() for name in ("sn", "mn", "fr"))
    other = _another(Identity(serial, model, firmware, 0), device, path)
    if other:
        return other
    numbers: dict[str, Any] = {name: _counted(log.get(theirs)) for name, theirs in _NAMES.items()}
    for name in ("available_spare_percent", "available_spare_threshold_percent"):
        numbers[name] = percent(numbers[name])
    if not (bits or kelvin or any(numbers.values())):
        return DriveHealth(unread=EMPTY)
    temperature = kelvin - KELVIN if kelvin else None
    health = DriveHealth(
        "nvme-cli", firmware=firmware or None, critical_warning=warnings(bits), temperature_c=temperature
    )
    return replace(health, **numbers)


def _json_of(*command: str) -> Mapping[str, Any]:
    """What a program prints; nothing for what is no JSON object."""
    try:
        found = json.loads(output_of(*command) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _counted(value: Any) -> int | None:
    """Large numbers are texts in some versions of nvme-cli, and numbers in others."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else whole(value)


def _another(identity: Identity, device: GuestDevice, path: str) -> DriveHealth | None:
    """What is said of a drive that has come to a name that was another's when the guest was looked at."""
    if (identity.serial, identity.model) == (device.serial or "", device.model or ""):
        return None
    said = f"{identity.model or 'no model'}, serial number {identity.serial or 'none'}"
    return DriveHealth(unread=f"{path} is another drive by what it says itself: {said}")
