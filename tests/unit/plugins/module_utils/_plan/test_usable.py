# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_named_host

MakeVm = Callable[..., Vm]


@pytest.mark.parametrize("named", [None, "esxi-01", "ESXi-01", "host-1"])
def test_a_vm_on_the_host_that_is_named(named: str | None, make_vm: MakeVm) -> None:
    require_named_host(make_vm(), named, "C1")


@pytest.mark.parametrize("named", ["esxi-02", "esxi-01.lab", "esxi", "host-2", "HOST-1", ""])
def test_a_vm_on_another_host(named: str, make_vm: MakeVm) -> None:
    """A name that only resembles the host's is another host's until somebody corrects it."""
    with pytest.raises(DirectPathError) as caught:
        require_named_host(make_vm(), named, "C1", "0000:d8:00.0")
    error = caught.value
    assert (error.code, error.requirement, error.host, error.vm) == ("wrong_host", "C1", "esxi-01", "vm-01")
    assert error.device == "0000:d8:00.0"
    assert f"VM vm-01 is registered on host esxi-01, not on {named}" in str(error)


def test_a_host_that_the_account_may_not_see_is_not_the_named_one(make_vm: MakeVm) -> None:
    with pytest.raises(DirectPathError, match="is on host host-1, not on esxi-01"):
        require_named_host(make_vm(host_name=None, power_state="poweredOn"), "esxi-01", "C3")
