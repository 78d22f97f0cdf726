# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing what failed hot-adds left in the configuration of a VM: one call, and nothing else in it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.residue import read_residue
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_settings import apply_spec

try:
    from pyVmomi import vim
except ImportError:
    pass


def remove_residue(session: Session, vm: Vm, residue: Sequence[Residue]) -> None:
    """Take entries out of extraConfig, and read them back. A key goes when it is given an empty value (API).

    :raises DirectPathError: ``reconfigure_failed``, ``not_applied``, or a code that says more.
    """
    keys = [key for item in residue for key in item.options]
    spec = vim.vm.ConfigSpec(extraConfig=[vim.option.OptionValue(key=key, value="") for key in keys])
    entries = {item.entry for item in residue}

    def is_gone() -> bool:
        left = read_residue(session, vm.moid)
        return left is not None and not entries.intersection(item.entry for item in left)

    listed = ", ".join(sorted(entries))
    apply_spec(session, vm, spec, f"be rid of {listed}", f"Removing {listed} from VM {vm.name}", is_gone)
    if not is_gone():
        raise DirectPathError(
            f"{session.server} reported that {listed} was removed from VM {vm.name}, but a read back does not show it.",
            "not_applied",
            host=vm.host_name,
            vm=vm.name,
            remedy="Power the VM off, then run the play again. It does no harm meanwhile.",
        )
