# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing the mark: the attribute's definition, two runs at once, and a server that takes it and does not keep it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import ATTRIBUTE
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_maintenance_claim import operate
from memory_vsphere import Unreadable, Vsphere
from pyVmomi import vim

MINE = {"id": "mine", "by": "me@here", "process": "m/1/2"}
OTHER = {"id": "other", "by": "you@there", "process": "elsewhere/1/2"}
DB = {"name": "db", "moid": "vm-1"}


def params(**changes: Any) -> dict[str, Any]:
    facts = {"esxi_host_name": "esxi-01.lab", "state": "present", "vms": [DB], "run": MINE}
    return {**facts, "found": None, "take_over": None, "lease": 3600, **changes}


def kept(vsphere: Vsphere, host: Any) -> Any:
    (value,) = vsphere.values[host]["customValue"]
    return json.loads(value.value) if value.value else None


def test_a_mark_is_set_kept_and_removed() -> None:
    vsphere = Vsphere()
    host = vsphere.add_host()
    session = vsphere.session()
    first = operate(session, params(), False)
    assert (first.result["changed"], first.result["hosts"][0]["supported"]) == (True, True)
    assert kept(vsphere, host)["vms"] == [DB]
    assert kept(vsphere, host)["run"] == MINE
    # The same run again, without a list: the VMs stay, and nothing is written.
    again = operate(session, params(vms=None), False)
    assert (again.result["changed"], again.result["hosts"][0]["vms"]) == (False, [DB])
    gone = operate(session, params(state="absent"), False)
    assert gone.result["changed"]
    assert kept(vsphere, host) is None
    assert (vsphere.calls.count("AddCustomFieldDef"), vsphere.calls.count("SetField")) == (1, 2)


@pytest.mark.parametrize("path", ["availableField", "customValue"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_mark_that_may_not_be_read_is_not_taken_for_none(path: str, state: str) -> None:
    vsphere = Vsphere()
    host = vsphere.add_host()
    session = vsphere.session()
    operate(session, params(), False)
    vsphere.values[host][path] = Unreadable(vim.fault.NoPermission(privilegeId="System.Read"))
    vsphere.calls.clear()
    with pytest.raises(DirectPathError) as caught:
        operate(session, params(state=state, run=OTHER), False)
    assert (caught.value.code, caught.value.host) == ("claim_unreadable", "esxi-01.lab")
    assert f"may not read {path} of host esxi-01.lab" in str(caught.value)
    assert "SetField" not in vsphere.calls


def test_the_mark_of_a_maintenance_mode_that_was_found() -> None:
    vsphere = Vsphere()
    host = vsphere.add_host()
    session = vsphere.session()
    first = operate(session, params(vms=[], found=True), False)
    assert (first.result["changed"], first.result["hosts"][0]["found"]) == (True, True)
    assert kept(vsphere, host)["found"] is True
    again = operate(session, params(vms=None), False)
    assert (again.result["changed"], again.result["hosts"][0]["found"]) == (False, True)


def test_check_mode_writes_nothing() -> None:
    vsphere = Vsphere()
    vsphere.add_host()
    planned = operate(vsphere.session(), params(), True)
    assert planned.result["changed"]
    assert planned.before != planned.after
    assert {"AddCustomFieldDef", "SetField"}.isdisjoint(vsphere.calls)


def test_a_host_alone_keeps_no_attributes() -> None:
    vsphere = Vsphere()
    vsphere.add_host()
    outcome = operate(vsphere.session(is_vcenter=False), params(), False)
    assert (outcome.result["changed"], outcome.result["hosts"][0]["supported"]) == (False, False)


def test_another_run_may_define_the_attribute_at_the_same_moment() -> None:
    class Faster(Vsphere):
        def AddCustomFieldDef(self, manager: Any, name: str, *rest: Any) -> Any:
            super().AddCustomFieldDef(manager, name, *rest)
            raise vim.fault.DuplicateName(name=name, object=self.root)

    vsphere = Faster()
    host = vsphere.add_host()
    assert operate(vsphere.session(), params(), False).result["changed"]
    assert kept(vsphere, host)["run"] == MINE


def test_the_run_whose_mark_was_overwritten_has_lost() -> None:
    class Later(Vsphere):
        def SetField(self, manager: Any, entity: Any, key: int, value: str) -> None:
            super().SetField(manager, entity, key, json.dumps({**json.loads(value), "run": OTHER}))

    vsphere = Later()
    vsphere.add_host()
    with pytest.raises(DirectPathError) as caught:
        operate(vsphere.session(), params(), False)
    assert (caught.value.code, caught.value.host) == ("claim_held", "esxi-01.lab")
    assert "you@there" in str(caught.value)


def test_a_mark_that_does_not_stay_is_told() -> None:
    class Forgets(Vsphere):
        def SetField(self, manager: Any, entity: Any, key: int, value: str) -> None:
            super().SetField(manager, entity, key, "")

    vsphere = Forgets()
    vsphere.add_host()
    with pytest.raises(DirectPathError) as caught:
        operate(vsphere.session(), params(), False)
    assert caught.value.code == "not_applied"
    assert ATTRIBUTE in str(caught.value)


@pytest.mark.parametrize(("state", "code"), [("present", "host_not_connected"), ("absent", None)])
def test_a_host_that_is_away_can_be_released_but_not_taken(state: str, code: str | None) -> None:
    vsphere = Vsphere()
    vsphere.add_host(runtime__connectionState="notResponding")
    if code is None:
        assert not operate(vsphere.session(), params(state=state), False).result["changed"]
        return
    with pytest.raises(DirectPathError) as caught:
        operate(vsphere.session(), params(state=state), False)
    assert caught.value.code == code
    assert "SetField" not in vsphere.calls
