# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of replacements where it is kept, with vCenter or in a file, and how people are awaited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import ATTRIBUTE
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_replacement import operate
from memory_vsphere import Unreadable, Vsphere, vm_device
from pyVmomi import vim

D9, DA = "0000:d9:00.0", "0000:da:00.0"


class Site(Vsphere):
    """A host with two drives, both in a VM."""

    def __init__(self) -> None:
        super().__init__()
        self.host = self.add_host()
        self.add_drives(self.host, d9=True, da=True)
        self.vm = self.add_vm(self.host, "vm-1", "storage", vm_device(0, D9), vm_device(1, DA))

    def out_of_vm(self) -> None:
        self.values[self.vm]["config.hardware"].device = [vm_device(1, DA)]

    def pull(self, *buses: str) -> None:
        """What stays are the drives whose buses are named."""
        self.add_drives(self.host, **dict.fromkeys(buses, True))

    def kept(self) -> Any:
        (value,) = self.values[self.host]["customValue"]
        return json.loads(value.value) if value.value else None


def params(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = dict.fromkeys(
        ("moid", "uuid", "folder", "datacenter", "guest_device", "guest", "known_drives", "record_file", "confirm")
    )
    switches = ("use_instance_uuid", "pulled", "refresh", "allow_other_model", "allow_smaller", "allow_other_slot")
    named = {"name": "storage", "esxi_host_name": "esxi-01.lab", "drive": {"address": D9}, "state": "present"}
    numbers: dict[str, Any] = {"pace": 15, "timeout": 0, "allow_foreign_data": []}
    return {**facts, **dict.fromkeys(switches, False), **named, **numbers, **changes}


def code(site: Site, is_vcenter: bool = True, **changes: Any) -> str:
    with pytest.raises(DirectPathError) as caught:
        operate(site.session(is_vcenter), params(**changes), False)
    assert caught.value.host == "esxi-01.lab"
    return caught.value.code


def test_it_is_begun_once_and_given_up() -> None:
    site = Site()
    planned = operate(site.session(), params(), True)
    assert (planned.result["changed"], planned.result["stage"], "SetField" in site.calls) == (True, "in_vm", False)
    assert operate(site.session(), params(), False).result["changed"]
    (record,) = site.kept()
    assert (record["old"]["address"], record["others"]) == (D9, {DA: "slot unknown"})
    assert not operate(site.session(), params(), False).result["changed"]
    assert code(site, drive={"address": DA}) == "replacement_open"
    assert operate(site.session(), params(state="absent"), False).result["changed"]
    assert (site.kept(), operate(site.session(), params(state="absent"), False).result["changed"]) == (None, False)


def test_people_are_awaited_and_told_when_they_may_go_on() -> None:
    site = Site()
    operate(site.session(), params(), False)
    site.out_of_vm()
    site.events = [lambda: site.pull("da")]
    seen = operate(site.session(), params(timeout=60), False).result
    # Before the new drive is waited for, people are told where it belongs.
    assert seen["stage"] == "to_insert"
    assert list(seen["reached"]) == ["begun", "removed", "pulled"]
    assert (seen["wait_seconds"], "Put the new drive into" in seen["instruction"]) == (15, True)


def test_a_wrong_pull_ends_the_wait() -> None:
    site = Site()
    operate(site.session(), params(), False)
    site.out_of_vm()
    site.events = [lambda: site.pull("d9")]
    assert code(site, timeout=60) == "wrong_drive_pulled"


def test_an_esxi_alone_has_it_in_a_file(tmp_path: Path) -> None:
    site, file = Site(), tmp_path / "replacements.json"
    assert code(site, is_vcenter=False) == "replacement_not_kept"
    assert operate(site.session(False), params(record_file=str(file)), False).result["changed"]
    assert json.loads(file.read_text(encoding="utf-8"))["replacements"][0]["old"]["address"] == D9
    assert not operate(site.session(False), params(record_file=str(file)), False).result["changed"]
    assert list(tmp_path.iterdir()) == [file]
    assert code(site, is_vcenter=False, record_file=str(tmp_path)) == "replacement_unreadable"
    assert code(site, is_vcenter=False, record_file=str(tmp_path / "no" / "folder")) == "replacement_not_kept"
    assert "SetField" not in site.calls


def test_a_text_of_somebody_else_is_left_alone() -> None:
    site = Site()
    site.AddCustomFieldDef(None, ATTRIBUTE)
    site.SetField(None, site.host, site.fields[-1].key, "our new rack")
    site.calls.clear()
    assert code(site) == "replacement_unreadable"
    assert "SetField" not in site.calls


def test_a_record_that_may_not_be_read_is_not_taken_for_empty() -> None:
    site = Site()
    operate(site.session(), params(), False)
    site.values[site.host]["customValue"] = Unreadable(vim.fault.NoPermission())
    assert code(site, drive={"address": DA}) == "replacement_unreadable"


def test_it_is_given_up_where_it_was_begun_when_the_vm_has_gone_elsewhere() -> None:
    site = Site()
    operate(site.session(), params(), False)
    site.values[site.vm]["runtime.host"] = site.add_host("host-2", "esxi-02.lab")
    with pytest.raises(DirectPathError) as caught:
        operate(site.session(), params(), False)
    assert caught.value.code == "wrong_host"
    given_up = operate(site.session(), params(state="absent"), False).result
    assert (given_up["changed"], given_up["host"]["name"], site.kept()) == (True, "esxi-01.lab", None)


def test_a_record_that_does_not_stay_is_told_and_the_one_before_stays() -> None:
    class Limited(Site):
        limit = 10_000

        def SetField(self, manager: Any, entity: Any, key: int, value: str) -> None:
            super().SetField(manager, entity, key, value[: self.limit])

    site = Limited()
    operate(site.session(), params(), False)
    (begun,) = site.kept()
    site.limit = len(json.dumps([begun], separators=(",", ":")))
    site.out_of_vm()
    assert code(site) == "replacement_not_kept"
    assert site.kept() == [begun]
