# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs on hosts, for tests of plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm

MakeVm = Callable[..., Vm]
MakeView = Callable[..., HostDevices]
Place = Callable[..., Placement]


@pytest.fixture
def place(make_vm: MakeVm, make_view: MakeView) -> Place:
    """A running VM that is fit for hot plug, on a host with the given devices; keywords change the VM."""

    def make(
        *devices: HostDevice,
        owners: Mapping[str, Sequence[str]] | None = None,
        view: Mapping[str, Any] | None = None,
        **vm: Any,
    ) -> Placement:
        return Placement(
            make_vm(**{"power_state": "poweredOn", **vm}), make_view(*devices, **(view or {})), Owners(owners or {})
        )

    return make
