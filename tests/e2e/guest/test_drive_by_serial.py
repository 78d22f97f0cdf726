# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drive that is called by its serial number only, from ESXi's hands into a real guest, out of it, and back."""

from __future__ import annotations

import json
from typing import Any

from ansible_run import Result, run_playbook
from guest_rig import HOST, NAME, PIPELINING, SECOND, ConfigOf, Rig, table
from labclient import Lab
from vsphere import custom_attribute, write_attribute

MEMORY = "directpath.nvme.drives"

SERIAL = "S64H NE0R500123"
"""A blank in it, as some makers have."""

AS_PEOPLE_WRITE_IT = " s64h  ne0r500123"


def play(own: Rig, playbook: str, state: str = "present") -> Result:
    """A playbook with both groups, where the only thing that is said of the drive is its serial number."""
    vm = own.inventory(nvme_hotplug_devices=[{"serial": AS_PEOPLE_WRITE_IT, "state": state}])
    hosts = {"esxi_hosts": {"hosts": {HOST: {"nvme_hotplug_attested": {"P1": {"by": "J. Doe", "date": "2026-01-31"}}}}}}
    waits = {"hotplug_verify_guest_timeout": 120}
    vm["vms"]["vars"] = waits
    return run_playbook(f"directpath.nvme.{playbook}", own.lab, inventory={**hosts, **vm}, env=PIPELINING)


def remembered(lab: Lab) -> dict[str, Any]:
    """The only entry of the custom attribute, as people see it in vSphere."""
    (entry,) = json.loads(custom_attribute(lab, HOST, MEMORY) or "")["drives"]
    return dict(entry)


def test_enabled_rebooted_added_removed_and_added_again_by_its_serial_number(guest_config: ConfigOf) -> None:
    config = guest_config(hotplug="native")
    config["hosts"] = [{"name": HOST, "version": "8.0.3", "devices": [{"address": SECOND, "serial": SERIAL}]}]
    config["vms"][0]["power"] = "poweredOff"
    with Lab.start(config) as lab:
        own = Rig(lab, lab.guest(NAME, wait=0))
        # ESXi's driver has the drive, and tells its serial number for the last time.
        site = play(own, "site")
        assert site.rc == 0, site.output
        assert lab.mutating_calls()["RebootHost_Task"] == 1
        row = table(site)
        assert (row["status"], row["guest"], row["address"], row["serial"]) == ("present", "verified", SECOND, SERIAL)
        entry = remembered(lab)
        assert (entry["serial"], entry["address"], entry["learnt_from"]) == (SERIAL, SECOND, "host")

        removed = play(own, "hot_remove_nvme", "absent")
        assert removed.rc == 0, removed.output
        assert (own.in_vm(), table(removed)["guest"]) == ([], "verified")

        added = play(own, "hot_add_nvme")
        assert added.rc == 0, added.output
        assert own.in_vm() == [SECOND]

        # What vCenter has lost the guest tells again.
        write_attribute(lab, HOST, MEMORY, "")
        learnt = own.play("verify_hotplug")
        assert learnt.rc == 0, learnt.output
        assert (remembered(lab)["serial"], remembered(lab)["learnt_from"]) == (SERIAL, "guest")
