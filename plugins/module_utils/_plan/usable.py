# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusing what cannot be worked on at all."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import MINIMUM_API, Host, version_tuple
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm


def require_usable_host(host: Host) -> None:
    """Refuse a host that cannot be asked, or that is older than the feature (Q8)."""
    if host.connection_state != "connected":
        raise DirectPathError(
            f"Host {host.name} is {host.connection_state}; nothing was changed on it.",
            "host_not_connected",
            host=host.name,
            remedy="Reconnect it in vSphere, then run the play again.",
        )
    if version_tuple(host.api_version or "0") < MINIMUM_API:
        raise DirectPathError(
            f"Host {host.name} runs ESXi {host.version}, but NVMe hot plug needs 8.0 Update 1 (Q8). "
            "Nothing was changed on it.",
            "host_too_old",
            requirement="Q8",
            host=host.name,
            remedy="Upgrade ESXi, or leave this host out.",
        )


def require_usable_devices(view: HostDevices) -> None:
    """Refuse a host that is not connected, too old (Q8), or does not show its devices."""
    require_usable_host(view.host)
    if view.unreadable:
        raise DirectPathError(
            f"The account may not read {', '.join(view.unreadable)} of host {view.host.name}. Nothing was changed.",
            "host_not_readable",
            host=view.host.name,
            remedy="Check its privileges on this host; docs/least_privilege.md lists them.",
        )


def require_usable_vm(vm: Vm) -> None:
    """Refuse what cannot be reconfigured at all, whatever is asked of it."""
    if vm.connection_state != "connected":
        raise DirectPathError(
            f"VM {vm.name} is {vm.connection_state}; nothing was changed on it.",
            "vm_not_connected",
            vm=vm.name,
            remedy="Check its host and its datastore in vSphere, then run the play again.",
        )
    if vm.unreadable:
        # Half a look proves nothing: a setting that was not seen could be the one that forbids it.
        paths = ", ".join(f"{path}: {reason}" for path, reason in vm.unreadable.items())
        raise DirectPathError(
            f"The configuration of VM {vm.name} cannot be read ({paths}); nothing was changed on it.",
            "vm_not_readable",
            vm=vm.name,
            remedy="Check the privileges of the account on this VM; docs/least_privilege.md lists them.",
        )
    if vm.template:
        raise DirectPathError(
            f"{vm.name} is a template, not a virtual machine; nothing was changed on it.",
            "vm_is_template",
            vm=vm.name,
            remedy="Deploy a VM from it and name that one.",
        )


def on_named_host(vm: Vm, named: str) -> bool:
    """Whether a VM is on a host.

    :param named: its name or MoID.
    """
    return named == vm.host_moid or named.casefold() == (vm.host_name or "").casefold()


def require_named_host(
    vm: Vm, named: str | None, requirement: str, device: str | None = None, changed: str = "Nothing was changed."
) -> None:
    """Refuse a VM that is not on the host which the desired state names: a drive is a drive of one host.

    The same PCI address on another host is another drive, perhaps with somebody's data.

    :param named: name or MoID; None where the caller names no host.
    :param changed: what had been done before, as a sentence.
    """
    if named is None or on_named_host(vm, named):
        return
    actual = vm.host_name or vm.host_moid
    where = "is on" if vm.powered_on else "is registered on"
    raise DirectPathError(
        f"VM {vm.name} {where} host {actual}, not on {named}, which the desired state names. The same PCI address is "
        f"another drive there. {changed}",
        "wrong_host",
        requirement=requirement,
        host=actual,
        vm=vm.name,
        device=device,
        remedy="Correct the host that is named and its drives; or take all drives out of the VM, and only then migrate "
        f"it to {named} in vSphere. A host is named as vSphere names it, and no VM is moved from here.",
    )


def require_usable_placement(placement: Placement, named: str | None, requirement: str, device: str | None) -> None:
    """Refuse a VM or a host that cannot be worked on, or a VM that is not on the host which is named."""
    require_usable_vm(placement.vm)
    require_named_host(placement.vm, named, requirement, device)
    require_usable_devices(placement.view)
