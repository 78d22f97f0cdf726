# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory wants of hosts and VMs, as the roles would get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attested, attestations
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered, known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors


@dataclass(frozen=True)
class DesiredHost:
    """What host_prepare is to bring about on one host.

    :param inventory_name: what the play calls it; ``esxi_host_name`` is what vSphere calls it.
    :param one_drive_each: every selector has to match exactly one drive, as each stands for an entry of a VM.
    :param allow_foreign_data: addresses of drives on which data that ESXi does not use may be lost.
    :param attested: the operator's word for requirements, whose dates whoever has asked the server's has checked.
    :param shutdown_vms: running VMs that pin it may be shut down for a reboot.
    :param leave_maintenance: a maintenance mode without a mark, on an ESXi that cannot keep one, is an earlier run's.
    :param known_drives: what the inventory knows of its drives.
    """

    inventory_name: str
    esxi_host_name: str
    datacenter: str | None
    devices: tuple[Selector, ...]
    one_drive_each: bool
    allow_foreign_data: frozenset[str]
    attested: Attested
    shutdown_vms: bool
    leave_maintenance: bool
    known_drives: tuple[Remembered, ...] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DesiredHost:
        """From a module's argument.

        :raises DirectPathError: ``invalid_selector``, ``invalid_argument``.
        """
        return cls(
            inventory_name=values["inventory_name"],
            esxi_host_name=values["esxi_host_name"],
            datacenter=values["datacenter"],
            devices=tuple(parse_selectors(values["devices"] or [])),
            one_drive_each=values["one_drive_each"],
            allow_foreign_data=frozenset(parse_address(text) for text in values["allow_foreign_data"] or []),
            attested=attestations(values["attested"], values["inventory_name"]),
            shutdown_vms=values["shutdown_vms"],
            leave_maintenance=values["leave_maintenance"],
            known_drives=known_drives(values.get("known_drives")),
        )


@dataclass(frozen=True)
class DesiredVm:
    """What vm_prepare, nvme_hot_add and nvme_hot_remove are to bring about on one VM.

    :param search: the arguments that name it in vSphere: ``name``, ``moid``, ``uuid`` and what goes with them.
    :param esxi_host_name: the host that it has to be on; None where nobody names one.
    :param prepare: settings and power state are part of what is wanted.
    :param whole: its entries are all that the inventory has; otherwise nobody knows which drives no entry names.
    :param exact: NVMe passthrough drives that no entry names are to leave; never so unless whole.
    :param permissions: the options of vm_hotplug_config that are given, ``allow_power_off`` not among them.
    :param deploy: the play deploys it from a template if it is not there.
    :param known_drives: what the inventory knows of the drives of the host that it has to be on.
    """

    inventory_name: str
    search: Mapping[str, Any]
    esxi_host_name: str | None
    present: tuple[Selector, ...]
    absent: tuple[Selector, ...]
    prepare: bool
    whole: bool
    exact: bool
    permissions: tuple[str, ...]
    allow_power_off: bool
    deploy: bool
    known_drives: tuple[Remembered, ...] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DesiredVm:
        """From a module's argument.

        :raises DirectPathError: ``invalid_selector``.
        """
        devices = values["devices"] or []
        return cls(
            inventory_name=values["inventory_name"],
            search={name: values[name] for name in _SEARCH},
            esxi_host_name=values["esxi_host_name"],
            present=tuple(parse_selectors([item for item in devices if item["state"] == "present"])),
            absent=tuple(parse_selectors([item for item in devices if item["state"] == "absent"])),
            prepare=values["prepare"],
            whole=values["whole"],
            exact=values["whole"] and values["exact"],
            permissions=tuple(name for name in _PERMISSIONS if values[name]),
            allow_power_off=values["allow_power_off"],
            deploy=values["deploy"],
            known_drives=known_drives(values.get("known_drives")),
        )

    @property
    def drives(self) -> tuple[Selector, ...]:
        """All that entries name, in the order of the roles' calls: in first."""
        return (*self.present, *self.absent)

    @property
    def moves_drives(self) -> bool:
        """Whether it matters which drives it has."""
        return bool(self.drives or self.exact)


Desired = TypeVar("Desired", DesiredHost, DesiredVm)


def of_entry(kind: type[Desired], values: Mapping[str, Any]) -> Desired:
    """What is wanted of one host or VM of many, from a module's argument.

    :raises DirectPathError: as from_dict(), with the name of the entry.
    """
    try:
        return kind.from_dict(values)
    except DirectPathError as error:
        raise DirectPathError(f"{values['inventory_name']}: {error.msg}", **error.fields()) from error


_SEARCH = ("name", "moid", "uuid", "use_instance_uuid", "folder", "datacenter")

_PERMISSIONS = ("allow_firmware_change", "correct_unsupported")
