# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered by whom, and what nobody is believed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import ATTRIBUTE
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_drive_memory import operate
from memory_vsphere import Vsphere

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
WRITES = {"SetField", "AddCustomFieldDef"}


@pytest.fixture
def vsphere() -> Vsphere:
    """A host with a drive that ESXi has, and one that passthrough has."""
    vsphere = Vsphere()
    vsphere.add_drives(vsphere.add_host(), d8=False, d9=True)
    return vsphere


def call(vsphere: Vsphere, check: bool = False, vcenter: bool = True, **changes: Any) -> Outcome:
    params = {"esxi_host_name": "esxi-01.lab", "state": "present", "drives": None, "learnt_from": "operator"}
    return operate(vsphere.session(vcenter), {**params, **changes}, check)


def rows(outcome: Outcome) -> list[tuple[str, str, str]]:
    (host,) = outcome.result["hosts"]
    return [(row["serial"], row["learnt_from"], row["state"]) for row in host["memory"]]


def test_what_the_host_tells_is_learnt(vsphere: Vsphere) -> None:
    planned = call(vsphere, check=True)
    assert WRITES.isdisjoint(vsphere.calls)
    done = call(vsphere)
    assert (planned.result, planned.after) == (done.result, done.after)
    assert rows(done) == [(f"S-{D8}", "host", "known")]
    again = call(vsphere)
    assert (again.result["changed"], rows(again)) == (False, rows(done))
    assert vsphere.calls.count("SetField") == 1


def test_what_others_tell_is_learnt_and_forgotten(vsphere: Vsphere) -> None:
    guest = call(vsphere, drives=[{"serial": " S-9 ", "address": "d9:00.0"}], learnt_from="guest")
    assert rows(guest) == [("S-9", "guest", "known")]
    (row,) = guest.result["hosts"][0]["memory"]
    assert (row["address"], row["vendor_device"], row["learnt_at"]) == (D9, "144d:a80a", "2026-01-02T03:04:05Z")
    corrected = call(vsphere, drives=[{"serial": "S-7", "address": D9}])
    assert rows(corrected) == [("S-7", "operator", "known")]
    left = call(vsphere, state="absent", drives=[{"serial": "s-7"}])
    assert (left.result["changed"], rows(left)) == (True, [])
    assert not call(vsphere, state="absent", drives=[{"serial": "s-7"}]).result["changed"]


def test_a_drive_that_is_gone_stays_known_and_what_comes_into_its_place_is_another(vsphere: Vsphere) -> None:
    call(vsphere, drives=[{"serial": "S-9", "address": D9}])
    host = vsphere.hosts[0]
    vsphere.add_drives(host, d8=False)
    gone = call(vsphere)
    assert rows(gone) == [(f"S-{D8}", "host", "known"), ("S-9", "operator", "absent")]
    # Another one of the same make, in the same slot, which has its passthrough.
    vsphere.add_drives(host, d8=False, d9=True)
    assert rows(call(vsphere)) == [(f"S-{D8}", "host", "known"), ("S-9", "operator", "doubted")]
    named = call(vsphere, drives=[{"serial": "S-10", "address": D9}], learnt_from="guest")
    assert rows(named) == [(f"S-{D8}", "host", "known"), ("S-10", "guest", "known")]


@pytest.mark.parametrize(
    ("drives", "code"),
    [
        ([{"serial": "S-9", "address": DA}], "device_not_found"),
        ([{"serial": "S-9", "address": D8}], "invalid_known_drive"),
        ([{"serial": f"S-{D8}", "address": D9}], "invalid_known_drive"),
        ([{"serial": "S-9"}], "invalid_known_drive"),
        ([{"address": D9}], "invalid_known_drive"),
    ],
)
def test_what_cannot_be_true_is_refused(vsphere: Vsphere, drives: list[dict[str, str]], code: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        call(vsphere, drives=drives)
    assert caught.value.code == code
    assert WRITES.isdisjoint(vsphere.calls)


@pytest.mark.parametrize("check", [True, False])
def test_somebody_elses_text_is_told_and_stays(vsphere: Vsphere, check: bool) -> None:
    vsphere.AddCustomFieldDef(None, ATTRIBUTE)
    vsphere.SetField(None, vsphere.hosts[0], 7, "decommission in May")
    with pytest.raises(DirectPathError) as caught:
        call(vsphere, check)
    assert caught.value.code == "memory_unreadable"
    assert WRITES.isdisjoint(vsphere.calls)


def test_a_host_that_shows_no_devices_is_not_taken_for_empty(vsphere: Vsphere) -> None:
    call(vsphere, drives=[{"serial": "S-9", "address": D9}])
    vsphere.values[vsphere.hosts[0]]["runtime.connectionState"] = "notResponding"
    with pytest.raises(DirectPathError) as caught:
        call(vsphere)
    assert caught.value.code == "host_not_connected"
    # To forget takes no look at its devices.
    assert call(vsphere, state="absent", drives=[{"serial": "S-9"}]).result["changed"]


def test_a_host_alone_keeps_no_attributes(vsphere: Vsphere) -> None:
    outcome = call(vsphere, vcenter=False)
    assert (outcome.result["changed"], outcome.result["hosts"][0]["supported"]) == (False, False)
    assert WRITES.isdisjoint(vsphere.calls)
