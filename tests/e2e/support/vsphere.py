# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests do to a lab through the API, as an administrator would, without a run of Ansible."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from labclient import Lab
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

MARK = "directpath.nvme.maintenance"
"""Name of the custom attribute, as the vSphere Client shows it."""


@contextmanager
def content(lab: Lab) -> Iterator[Any]:
    """The ServiceContent of a session of our own."""
    trusted = ssl.create_default_context(cafile=lab.ca_file)
    connection = SmartConnect(host=lab.host, port=lab.port, user=lab.username, pwd=lab.password, sslContext=trusted)
    try:
        yield connection.RetrieveContent()
    finally:
        Disconnect(connection)


def host_moid(lab: Lab, name: str) -> str:
    """The MoID of a host; where names repeat, of the first."""
    return next(str(host["moid"]) for host in lab.state()["hosts"] if host["name"] == name)


@contextmanager
def host(lab: Lab, name: str) -> Iterator[Any]:
    """A HostSystem."""
    with content(lab) as found:
        yield vim.HostSystem(host_moid(lab, name), found.rootFolder._stub)


def in_maintenance_mode(lab: Lab, name: str) -> bool:
    with host(lab, name) as found:
        return bool(found.runtime.inMaintenanceMode)


def maintenance_mark(lab: Lab, name: str) -> str | None:
    """The custom attribute of a host that says whose its maintenance mode is; None where this vCenter never had it."""
    return custom_attribute(lab, name, MARK)


def custom_attribute(lab: Lab, name: str, attribute: str) -> str | None:
    """A custom attribute of a host, as people see it; None where this vCenter never had it."""
    with host(lab, name) as found:
        keys = {field.name: field.key for field in found.availableField}
        values = {item.key: item.value for item in found.customValue}
    return values.get(keys[attribute], "") if attribute in keys else None


def write_attribute(lab: Lab, name: str, attribute: str, value: str) -> None:
    """Set a custom attribute of a host, as somebody does by hand in the vSphere Client."""
    with content(lab) as server, host(lab, name) as found:
        keys = {field.name: field.key for field in found.availableField}
        if attribute not in keys:
            keys[attribute] = server.customFieldsManager.AddCustomFieldDef(attribute, vim.HostSystem).key
        server.customFieldsManager.SetField(found, keys[attribute], value)


def enter_maintenance_mode(lab: Lab, name: str) -> None:
    """Put a host without running VMs into maintenance mode; the lab's counters start anew after it."""
    with host(lab, name) as found:
        WaitForTask(found.EnterMaintenanceMode_Task(timeout=0))
    lab.stats(reset=True)
