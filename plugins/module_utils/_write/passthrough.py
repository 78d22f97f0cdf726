# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting passthrough on a host (P5), and holding what reads back against it."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error

try:
    from pyVmomi import vim
except ImportError:
    pass


def set_passthrough(system: Any, toggle: HostToggle, apply_now: bool | None) -> DirectPathError | None:
    """One UpdatePassthruConfig for all devices of one host; it returns nothing, so the caller reads back.

    :param system: HostPciPassthruSystem; None where the account may not see it.
    """
    host, addresses = toggle.host.name, ", ".join(toggle.writes)
    if system is None:
        return DirectPathError(
            f"The account may not see the passthrough settings of host {host}. Nothing was changed on it.",
            "host_not_readable",
            requirement="P5",
            host=host,
            device=addresses,
            remedy="Check its privileges on this host; docs/least_privilege.md lists them.",
        )
    config = [
        vim.host.PciPassthruConfig(id=address, passthruEnabled=toggle.enable, applyNow=apply_now)
        for address in toggle.writes
    ]
    try:
        system.UpdatePassthruConfig(config)
    except DirectPathError as error:
        return DirectPathError(f"Host {host}: {error.msg}", error.code, host=host, remedy=error.remedy)
    except SERVER_FAULT as fault:
        return as_error(
            fault,
            f"Host {host} refused to {'enable' if toggle.enable else 'disable'} passthrough of {addresses}",
            "passthrough_refused",
            "Check in vSphere who uses the device (Configure, Hardware, PCI Devices), then run the play again.",
            requirement="P5",
            host=host,
            device=addresses,
        )
    return None


def what_failed(toggle: HostToggle, error: DirectPathError | None, after: HostDevices | None) -> DirectPathError | None:
    """What went wrong on a host: its error, or a write that it accepted and did not do.

    A lost connection leaves open what the server did, so the read-back decides.
    """
    devices = after.devices if after else {}
    wrong = [
        address for address in toggle.writes if address not in devices or devices[address].enabled != toggle.enable
    ]
    if error and (wrong or error.code != "connection_lost"):
        return error
    if not wrong:
        return None
    return DirectPathError(
        f"Host {toggle.host.name} accepted the change of {', '.join(wrong)}, but its passthrough setting does not show "
        "it.",
        "not_applied",
        requirement="P5",
        host=toggle.host.name,
        device=", ".join(wrong),
        remedy="Check whether a host profile or vSphere Configuration Profile manages passthrough.",
    )
