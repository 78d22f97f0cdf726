# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nvme_drive_wait against a lab: what people do at the server is told at once, and no drive is taken for another."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_steps
from people import once_awaited

MODULE = "directpath.nvme.nvme_drive_wait"
HOST = "esxi-01.lab"

# Slot 13 is the first empty one.
SLOT_12, SLOT_13, SLOT_14 = "0000:dd:00.0", "0000:de:00.0", "0000:df:00.0"
LONG = 120
"""Seconds: never waited for, as something happens."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    # Before API 9.0 slots are told by esxcli alone.
    return {"hosts": [{"name": HOST, "version": "8.0.3", "passthrough_enabled": ["0000:d9:00.0"]}]}


def step(**more: Any) -> dict[str, Any]:
    return {"esxi_host_name": HOST, "timeout": LONG, **more}


def told(answer: Answer) -> dict[str, Any]:
    """What happened, by address."""
    (host,) = answer["hosts"]
    assert host["host"]["name"] == HOST
    return {
        "inserted": [row["address"] for row in host["inserted"]],
        "pulled": [row["address"] for row in host["pulled"]],
        "others": [(row["change"], row["address"]) for row in host["other_changes"]],
    }


NOTHING: dict[str, Any] = {"inserted": [], "pulled": [], "others": []}


def test_a_drive_is_put_into_its_slot(lab: Lab) -> None:
    with once_awaited(lab, lambda: lab.insert(HOST, slot=13, serial="new  1", use="vmfs_copy")):
        came, again, not_yet, late, gone, new = run_steps(
            lab,
            MODULE,
            step(slot="13"),
            step(slot="13"),
            step(slot="14", check=True),
            step(slot="14", timeout=1, refresh=True),
            step(state="pulled", devices=[{"address": SLOT_14}]),
            step(before=[SLOT_13]),
        )
    assert lab.mutating_calls() == {}
    (row,) = came["hosts"][0]["inserted"]
    assert (row["address"], row["slot"], row["serial_from"]) == (SLOT_13, "13", "host")
    assert row["serial"].split() == ["new", "1"]
    assert row["passthrough"] == {"capable": True, "enabled": False, "active": False, "pending": False}
    # Whose data it brings along is named, too.
    assert row["objections"][0].startswith("it has data that this host does not use: VMFS datastore")
    assert came["changed"] is False
    # A run that was interrupted finds it.
    assert again["hosts"][0]["inserted"] == [row]
    assert (not_yet["failed"], told(not_yet)) == (False, NOTHING)
    assert error_of(late)["code"] == "wait_timeout"
    assert f"{SLOT_13} (" in late["msg"]
    assert lab.stats()["calls"]["Refresh"] == 1
    assert (gone["failed"], told(gone)) == (False, NOTHING)
    # All but one were not there before.
    assert len(told(new)["inserted"]) > 5
    assert SLOT_13 not in told(new)["inserted"]


def test_a_drive_in_another_slot_is_told_at_once(lab: Lab) -> None:
    with once_awaited(lab, lambda: lab.insert(HOST, slot=14)):
        wrong, any_slot = run_steps(lab, MODULE, step(slot="13"), step(before=[], devices=[{"slot": "14"}]))
    error = error_of(wrong)
    assert (error["code"], error["device"], error["host"]) == ("unexpected_change", SLOT_14, HOST)
    assert told(wrong) == {**NOTHING, "others": [("inserted", SLOT_14)]}
    assert wrong["hosts"][0]["elapsed_seconds"] < LONG
    assert "slot 14" in wrong["msg"]
    assert told(any_slot)["inserted"] == [SLOT_14]


def test_a_pull_and_what_takes_the_place(lab: Lab) -> None:
    def swap() -> None:
        lab.pull(HOST, SLOT_12)
        lab.insert(HOST, slot=12, serial="NEW")

    # The one drive whose serial number passthrough hides.
    known = [{"serial": "S01D9", "address": "0000:d9:00.0"}]
    with once_awaited(lab, swap):
        pulled, again = run_steps(
            lab,
            MODULE,
            step(state="pulled", slot="12"),
            step(state="pulled", devices=[{"serial": "s01dd"}], known_drives=known),
        )
    assert told(pulled)["pulled"] == [SLOT_12]
    assert pulled["hosts"][0]["pulled"][0]["serial"] == "S01DD"
    assert not again["failed"], again


def test_the_wrong_drive_is_pulled_or_nobody_can_tell_which_is_meant(lab: Lab) -> None:
    with once_awaited(lab, lambda: lab.pull(HOST, SLOT_12)):
        wrong, unknown = run_steps(
            lab,
            MODULE,
            step(state="pulled", devices=[{"address": "0000:dc:00.0", "serial": "S01DC"}]),
            step(state="pulled", devices=[{"serial": "LOST"}]),
        )
    assert error_of(wrong)["code"] == "unexpected_change"
    assert told(wrong) == {**NOTHING, "others": [("pulled", SLOT_12)]}
    # Passthrough hides the serial number of one drive, which may be it.
    error = error_of(unknown)
    assert (error["code"], "0000:d9:00.0" in unknown["msg"], "0000:dc" in unknown["msg"]) == (
        "device_unknown",
        True,
        False,
    )


def test_what_comes_is_told_over_a_session_that_ended_and_of_a_drive_that_no_driver_takes(lab: Lab) -> None:
    def act() -> None:
        lab.fault(expire_session=True)
        lab.insert(HOST, slot=13, no_adapter=True)

    with once_awaited(lab, act):
        (came,) = run_steps(lab, MODULE, step(adapter_timeout=1))
    assert told(came)["inserted"] == [SLOT_13], came
    (row,) = came["hosts"][0]["inserted"]
    assert (row["serial"], row["objections"]) == (
        None,
        [
            "it cannot be judged: ESXi has no storage adapter for it, as of a drive that was just inserted or that it "
            "has no driver for"
        ],
    )
