# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirements on a VM where it is: its host, its drives there, and what its cluster may do with it."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Verdict,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place_cluster import DRS, HA
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place_drives import (
    FOREIGN_DEVICES,
    HEADROOM,
    LEFT_BEHIND,
    MAXIMUM,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_VM_AGAIN,
    CHOOSE_GUEST_ID,
    MIGRATE,
    WAIT_FOR_TASKS,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm_seen import unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import on_named_host


def judge_place(place: VmPlace) -> list[Verdict]:
    """Every requirement on a VM where it is, in the order of the table."""
    return [requirement.judge(place) for requirement in PLACE_REQUIREMENTS]


def _on_its_host(place: VmPlace) -> Seen:
    """A drive is a drive of one host: on another one, the inventory names strangers' drives."""
    if place.wanted_host is None:
        return Seen(NOT_APPLICABLE, text("the inventory names no host for it"), place.vm.host_name)
    not_read = unread(place.vm, ("runtime.host",))
    if not_read:
        return not_read
    actual = place.vm.host_name or place.vm.host_moid
    if actual is None:
        return Seen(UNKNOWN, text("its host cannot be read"), remedy=ASK_VM_AGAIN)
    known = {"host": actual, "wanted": place.wanted_host}
    if on_named_host(place.vm, place.wanted_host):
        return Seen(PASS, text("it is on host {host}, as the inventory wants", host=actual), actual)
    if place.vm.host_name is None:
        return Seen(UNKNOWN, text("it is on host {host}, whose name cannot be read", host=actual), actual, ASK_VM_AGAIN)
    return Seen(FAIL, text("it is on host {host}, not on {wanted}, whose drives the inventory names", **known), actual)


def _guest_id(place: VmPlace) -> Seen:
    not_read = unread(place.vm, ("config.guestId",))
    if not_read:
        return not_read
    options = place.options
    if isinstance(options, Unreadable):
        return Seen(UNKNOWN, text("it could not be read: {reason}", reason=options.reason), place.vm.guest_id)
    guest = options.guest_id or place.vm.guest_id
    if guest is None:
        return Seen(UNKNOWN, text("it does not tell its guest OS"))
    if options.guest_hot_plug is None:
        return Seen(UNKNOWN, text("its host does not know the guest OS {guest}", guest=guest), guest)
    if options.guest_hot_plug:
        return Seen(PASS, text("its guest OS {guest} supports PCI hot plug", guest=guest), guest)
    return Seen(WARN, text("its guest OS {guest} does not support PCI hot plug, says its host", guest=guest), guest)


def _tasks(place: VmPlace) -> Seen:
    if isinstance(place.tasks, Unreadable):
        return Seen(UNKNOWN, text("it could not be read: {reason}", reason=place.tasks.reason), remedy=ASK_VM_AGAIN)
    if not place.tasks:
        return Seen(PASS, text("no task is running on it"), "0")
    found = ", ".join(place.tasks)
    return Seen(WARN, text("tasks are running on it: {tasks}", tasks=found), found)


PLACE_REQUIREMENTS: tuple[Requirement[VmPlace], ...] = (
    Requirement(
        "wrong_host",
        "On the host that the inventory names",
        "VirtualMachine.runtime.host",
        _on_its_host,
        (PASS, FAIL, UNKNOWN, NOT_APPLICABLE),
        MIGRATE,
    ),
    HEADROOM,
    MAXIMUM,
    FOREIGN_DEVICES,
    LEFT_BEHIND,
    Requirement(
        "guest_id",
        "A guest OS that supports PCI hot plug",
        "EnvironmentBrowser.QueryConfigOptionEx: supportsHotPlugPCI",
        _guest_id,
        (PASS, WARN, UNKNOWN),
        CHOOSE_GUEST_ID,
    ),
    DRS,
    HA,
    Requirement(
        "tasks",
        "No task is running on the VM",
        "VirtualMachine.recentTask",
        _tasks,
        (PASS, WARN, UNKNOWN),
        WAIT_FOR_TASKS,
    ),
)
"""What hotplug_readiness_info reports of a VM behind VM_REQUIREMENTS, in the order of reports."""
