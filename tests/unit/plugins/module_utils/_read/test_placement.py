# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import offered_system_ids
from pyVmomi import vim


def pci(address: str) -> Any:
    return vim.host.PciDevice(id=address)


def test_what_a_vm_may_get_is_looked_for_in_both_lists() -> None:
    target = vim.vm.ConfigTarget(
        pciPassthrough=[vim.vm.PciPassthroughInfo(pciDevice=pci("0000:d8:00.0"), systemId="host-a")],
        sriov=[
            vim.vm.SriovInfo(pciDevice=pci("0000:d9:00.0"), systemId="host-a", virtualFunction=False),
            vim.vm.SriovInfo(pciDevice=pci("0000:d9:00.1"), systemId="host-a", virtualFunction=True),
        ],
    )
    assert offered_system_ids(target) == {"0000:d8:00.0": "host-a", "0000:d9:00.0": "host-a"}


def test_a_host_that_offers_nothing() -> None:
    assert offered_system_ids(None) == offered_system_ids(vim.vm.ConfigTarget()) == {}
