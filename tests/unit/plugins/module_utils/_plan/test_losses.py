# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which drives VMs have lost, and what became of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.losses import loss_report, losses, vms_with_losses

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"


def drive(address: str = D9, serial: str | None = "S9", **more: Any) -> dict[str, Any]:
    return {"address": address, "name": "PM9A3", "vendor_device": "144d:a80a", "serial": serial, "slot": None, **more}


def row(name: str = "db", moid: str = "vm-1", *orphans: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One of vms in the result of vm_nvme_info."""
    host = {"name": "esxi-01", "moid": "host-1"}
    lists: dict[str, Any] = {"devices": [], "orphans": list(orphans), "selected": [], "error": None}
    return {"vm": {"name": name, "moid": moid, "uuid": "4200"}, "host": host, **lists, **more}


def event(address: str = D9, **more: Any) -> dict[str, Any]:
    seen = {"vm": "db", "vm_moid": "vm-1", "seen_at": "2026-11-26T12:00:00.000+00:00"}
    return {**drive(address), **seen, **more}


class TestVmsWithLosses:
    @pytest.mark.parametrize(
        "vm",
        [{"name": "db"}, {"name": "/EU/vm/storage/db"}, {"moid": "vm-1"}, {"uuid": "4200", "use_instance_uuid": True}],
        ids=["name", "path", "moid", "uuid"],
    )
    def test_an_orphan_is_its_vms(self, vm: dict[str, Any]) -> None:
        inventory = [{"inventory_name": "database", **vm}, {"inventory_name": "other", "name": "other"}]
        rows = [row("db", "vm-1", drive()), row("other", "vm-2")]
        assert vms_with_losses(rows, inventory, []) == {"vms": ["database"], "others": []}

    def test_a_vm_with_nothing_lost_is_left_alone(self) -> None:
        inventory = [{"inventory_name": "database", "name": "db"}]
        assert vms_with_losses([row()], inventory, [])["vms"] == []
        assert vms_with_losses([row()], inventory, [event()])["vms"] == ["database"]
        assert vms_with_losses([row()], inventory, [event(vm="another", vm_moid="vm-1")])["vms"] == []

    def test_what_nobody_looks_after_is_told(self) -> None:
        unreadable = {**row("web"), "orphans": None, "error": {"message": "The VM web is out of reach."}}
        found = vms_with_losses([row("db", "vm-1", drive()), unreadable], [], [])
        assert found["vms"] == []
        stranger, unknown = found["others"]
        assert f"VM db on host esxi-01 has lost {D9} (PM9A3, serial S9)" in stranger
        assert unknown == "Nobody can tell what VM web has lost: The VM web is out of reach."

    def test_a_vm_of_the_inventory_that_is_not_read_or_not_seen_is_not_taken_for_one_without_losses(self) -> None:
        unreadable = {**row("web"), "orphans": None, "error": {"message": "The VM web is out of reach."}}
        inventory = [{"inventory_name": "www", "name": "web"}, {"inventory_name": "database", "name": "db"}]
        found = vms_with_losses([unreadable], inventory, [])
        assert found["vms"] == ["www"]
        assert found["others"][1:] == [
            "Nobody can tell what database has lost: it was seen on no host that the inventory names."
        ]
        assert len(vms_with_losses([unreadable], inventory, [event()])["others"]) == 1

    def test_a_drive_whose_entry_went_with_it_is_told_of_as_well(self) -> None:
        (stranger,) = vms_with_losses([row()], [], [event()])["others"]
        assert f"VM db on host esxi-01 has lost {D9} (PM9A3, serial S9) and has no entry for it any more." in stranger

    def test_an_event_names_its_vm_so_that_ansible_takes_it_for_no_template(self) -> None:
        (found,) = losses(row("a{{ b }}"), [event(vm="a{ { b }}")])
        assert found["seen_at"]


class TestLosses:
    def test_what_entries_and_events_tell_is_one(self) -> None:
        seen = row("db", "vm-1", drive(serial=None, key=13000))
        (loss,) = losses(seen, [event(serial="S9", slot="5"), event(vm="another")])
        assert loss == {
            **drive(slot="5"),
            "stale_entry": True,
            "seen_at": "2026-11-26T12:00:00.000+00:00",
            "selector": {"address": D9},
        }

    def test_an_entry_that_went_with_its_drive(self) -> None:
        (loss,) = losses(row(), [event()])
        assert (loss["address"], loss["stale_entry"]) == (D9, False)

    def test_nothing_lost(self) -> None:
        assert losses(row(), []) == []


class TestReport:
    def report(self, before: dict[str, Any], after: dict[str, Any], *events: dict[str, Any]) -> dict[str, Any]:
        (found,) = loss_report(losses(before, events), after, "verified")
        return found

    def test_cleaned_left_none_and_back(self) -> None:
        stale = row("db", "vm-1", drive())
        assert self.report(stale, row())["entry"] == "cleaned"
        assert self.report(stale, stale)["entry"] == "left"
        assert self.report(row(), row(), event())["entry"] == "none"
        back = self.report(row(), row(devices=[drive()]), event())
        assert (back["entry"], back["something_at_address"]) == ("back", True)
        assert "see whether it is the same one" in back["text"]

    def test_another_drive_at_its_address(self) -> None:
        selected = [{"candidates": [drive(in_vm=False, on_host=True), drive(D8, in_vm=True, on_host=False)]}]
        report = self.report(row("db", "vm-1", drive()), row(selected=selected))
        assert (report["entry"], report["something_at_address"]) == ("cleaned", True)
        assert "Another drive is at its address now." in report["text"]

    def test_the_text_tells_who_lost_what_and_when(self) -> None:
        assert self.report(row("db", "vm-1", drive()), row(), event())["text"] == (
            f"VM db has lost {D9} (PM9A3, serial S9) of host esxi-01, seen at 2026-11-26T12:00:00.000+00:00: its entry "
            "was taken out of the VM (V3). Guest: verified (V6)."
        )
