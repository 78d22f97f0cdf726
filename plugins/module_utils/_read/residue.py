# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What failed hot-adds left behind in VMs. It stands in extraConfig, which is bulky and read for nothing else."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue, residue_in
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_devices import passthrough_devices
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


EXTRA = "config.extraConfig"

DEVICES = "config.hardware"
"""What tells a live device's entry from residue; VM_PATHS has it as well."""


def residue_of(properties: ObjectProperties) -> tuple[Residue, ...] | None:
    """From a retrieval that has EXTRA and DEVICES among its paths; None where they could not be read."""
    hardware = properties.get(DEVICES)
    if hardware is None or EXTRA in properties.missing:
        return None
    options = {option.key: str(option.value) for option in properties.get(EXTRA, [])}
    return residue_in(options, passthrough_devices(hardware.device))


def read_residue(session: Session, moid: str) -> tuple[Residue, ...] | None:
    """Of one VM, in one call; None where it cannot be read, or the VM is gone."""
    ref = session.object(vim.VirtualMachine, moid)
    found = retrieve(session, [ref], {vim.VirtualMachine: [EXTRA, DEVICES]})
    return residue_of(found[0]) if found else None
