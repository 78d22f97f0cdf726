# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turning locator LEDs. What came of it is in the task's result: it succeeds also where LEDs failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.locator_led import OTHERWISE, led_not_supported
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error, fault_name
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import CONNECTION_LOST, Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed, wait_for_task

_REMEDY = f"Turn it {OTHERWISE}, or look at the host's tasks and run the play again."


def turn_leds(
    session: Session, system: Any, view: HostDevices, drives: Sequence[HostDevice], on: bool, timeout: float
) -> dict[str, DirectPathError]:
    """One task for all drives of a host.

    :param system: HostStorageSystem; None where the account may not see it.
    :param drives: those with disks.
    :return: the failures, by PCI address.
    :raises DirectPathError: ``led_not_supported``, ``led_refused``, ``host_not_readable``, ``task_timeout``: of all.
    """
    if system is None:
        raise DirectPathError(
            f"The account may not see the storage system of host {view.name}. Nothing was changed.",
            "host_not_readable",
            host=view.name,
            remedy="Check its privileges on this host; docs/least_privilege.md lists them.",
        )
    # Every disk of a drive stands for its bay.
    by_uuid = {drive.luns[0].uuid: drive for drive in drives}
    named = ", ".join(drive.describe() for drive in drives)
    what = f"Turning {'on' if on else 'off'} the locator LED of {named} of host {view.name}"
    method = system.TurnDiskLocatorLedOn_Task if on else system.TurnDiskLocatorLedOff_Task
    try:
        task = _start(lambda: method(scsiDiskUuids=list(by_uuid)))
        failed = wait_for_task(session, task, timeout, what) or []
    except TaskFailed as failure:
        raise _refused(failure.fault, what, view, drives) from failure
    except SERVER_FAULT as fault:
        raise _refused(fault, what, view, drives) from fault
    return {drive.pci.address: error for drive, error in _failures(failed, by_uuid, view, on)}


def _start(call: Callable[[], Any]) -> Any:
    """Nobody knows whether the server took a call whose answer was lost; an LED that is turned twice is turned once."""
    try:
        return call()
    except DirectPathError as error:
        if error.code != CONNECTION_LOST:
            raise
    return call()


def _refused(fault: Exception, what: str, view: HostDevices, drives: Sequence[HostDevice]) -> DirectPathError:
    if fault_name(fault) == "NotSupported":
        return led_not_supported(view, drives)
    device = ", ".join(drive.pci.address for drive in drives)
    return as_error(fault, f"{what} failed", "led_refused", _REMEDY, host=view.name, device=device)


def _failures(
    failed: Sequence[Any], by_uuid: dict[str, HostDevice], view: HostDevices, on: bool
) -> list[tuple[HostDevice, DirectPathError]]:
    """What the task says of single disks. One that nobody asked for may be any of them."""
    found = []
    for item in failed:
        for drive in [by_uuid[item.key]] if item.key in by_uuid else by_uuid.values():
            what = f"Host {view.name} could not turn {'on' if on else 'off'} the locator LED of {drive.describe()}"
            subject = {"host": view.name, "device": drive.pci.address}
            found.append((drive, as_error(item.fault, what, "led_refused", _REMEDY, **subject)))
    return found
