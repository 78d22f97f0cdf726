# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import Item
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import Reading
from ansible_collections.directpath.nvme.plugins.module_utils._write.hotplug_job import Job

DRIVE = "0000:d9:00.0"


@pytest.mark.parametrize("add", [False, True], ids=["gone before its removal", "added before us"])
def test_a_step_that_somebody_else_did_is_never_turned_round(
    add: bool,
    make_vm: Callable[..., Vm],
    make_vm_device: Callable[..., VmPciDevice],
    make_device: Callable[..., HostDevice],
    make_view: Callable[..., HostDevices],
) -> None:
    """A removal whose entry has vanished must not become a hot-add, nor the other way round."""
    device = make_device(DRIVE)
    vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=DRIVE),) if add else ())
    placement = Placement(vm, make_view(device), Owners())
    nothing: Any = None
    job = Job(nothing, vm.moid, None, add, (), nothing, 1, nothing)
    with pytest.raises(DirectPathError) as caught:
        job.step(
            Reading(placement, nothing, {}), Item(Selector(address=DRIVE), DRIVE, device, step=True), {DRIVE: "id"}
        )
    assert (caught.value.code, caught.value.vm) == ("state_changed", "vm-01")
