# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which drives are remembered before passthrough takes them."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import choose_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._write.remember import remember_taken
from memory_vsphere import Vsphere

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"


def test_drives_that_come_along_are_remembered_as_well() -> None:
    """The host tells their serial numbers as little as that of the one which was asked for."""
    vsphere = Vsphere()
    host = vsphere.add_host()
    vsphere.add_drives(host, d8=False, d9=False, da=False)
    for info in vsphere.values[host]["config.pciPassthruInfo"][:2]:
        info.dependentDevice = "0000:5d:00.0"
    session = vsphere.session()
    (view,) = read_host_devices(session, [host])
    (toggle,) = choose_devices([replace(view, slots_unread=None)], [Selector(address=D8)], True).steps
    assert (toggle.writes, toggle.companions) == ((D8,), (D9,))
    assert remember_taken(session, toggle, "2026-01-02T03:04:05Z") == []
    (after,) = read_host_devices(session, [host])
    assert [entry.serial for entry in after.memory.entries] == [f"S-{D8}", f"S-{D9}"]
