# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembering: the attribute's definition, two runs at once, and a vCenter that does not keep what it takes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import (
    ATTRIBUTE,
    Remembered,
    encode_memory,
)
from ansible_collections.directpath.nvme.plugins.module_utils._write.memory import Entries, change_memory
from memory_vsphere import Unreadable, Vsphere
from pyVmomi import vim, vmodl

EIGHT, NINE = Remembered("S-8", "0000:d8:00.0"), Remembered("S-9", "0000:d9:00.0")


def text_of(vsphere: Vsphere, host: Any) -> str:
    keys = {field.name: field.key for field in vsphere.values[host].get("availableField", [])}
    values = {item.key: item.value for item in vsphere.values[host].get("customValue", [])}
    return str(values.get(keys.get(ATTRIBUTE), ""))


def adding(entry: Remembered) -> Any:
    def change(entries: Entries) -> Entries:
        return tuple(sorted({*entries, entry}, key=lambda each: each.address))

    return change


def test_the_attribute_is_defined_once_and_kept_beside_others() -> None:
    vsphere = Vsphere()
    host, session = vsphere.add_host(), vsphere.session()
    vsphere.AddCustomFieldDef(None, "owner")
    vsphere.SetField(None, host, 7, "storage team")
    assert change_memory(session, host, "esxi-01", adding(EIGHT)) == (EIGHT,)
    assert change_memory(session, host, "esxi-01", adding(NINE)) == (EIGHT, NINE)
    assert text_of(vsphere, host) == encode_memory((EIGHT, NINE))
    assert vsphere.values[host]["customValue"][0].value == "storage team"
    assert (vsphere.calls.count("AddCustomFieldDef"), vsphere.calls.count("SetField")) == (1, 2)


def test_what_is_known_already_is_not_written() -> None:
    vsphere = Vsphere()
    host, session = vsphere.add_host(), vsphere.session()
    change_memory(session, host, "esxi-01", adding(EIGHT))
    vsphere.calls.clear()
    assert change_memory(session, host, "esxi-01", adding(EIGHT)) == (EIGHT,)
    assert vsphere.calls == ["RetrievePropertiesEx"]


def test_of_two_runs_at_once_neither_is_lost() -> None:
    class Busy(Vsphere):
        def SetField(self, manager: Any, entity: Any, key: int, value: str) -> None:
            # The other run had read before we wrote, and writes after.
            super().SetField(
                manager, entity, key, encode_memory((NINE,)) if self.calls.count("SetField") == 1 else value
            )

    vsphere = Busy()
    host = vsphere.add_host()
    assert change_memory(vsphere.session(), host, "esxi-01", adding(EIGHT)) == (EIGHT, NINE)
    assert text_of(vsphere, host) == encode_memory((EIGHT, NINE))


@pytest.mark.parametrize(("kept", "shown"), [(40, "it kept 40"), (0, "it kept 0")])
def test_a_text_that_is_cut_off_is_taken_back(kept: int, shown: str) -> None:
    class Short(Vsphere):
        def SetField(self, manager: Any, entity: Any, key: int, value: str) -> None:
            super().SetField(manager, entity, key, value if len(value) < 100 else value[:kept])

    vsphere = Short()
    host, session = vsphere.add_host(), vsphere.session()
    change_memory(session, host, "esxi-01", adding(EIGHT))
    with pytest.raises(DirectPathError) as caught:
        change_memory(session, host, "esxi-01", adding(NINE))
    assert (caught.value.code, caught.value.host) == ("memory_not_kept", "esxi-01")
    assert shown in str(caught.value)
    assert text_of(vsphere, host) == encode_memory((EIGHT,))


def test_runs_that_overwrite_each_other_for_ever_are_told() -> None:
    class Other(Vsphere):
        def SetField(self, manager: Any, entity: Any, key: int, value: str) -> None:
            super().SetField(manager, entity, key, encode_memory((NINE,)))

    vsphere = Other()
    host = vsphere.add_host()
    with pytest.raises(DirectPathError) as caught:
        change_memory(vsphere.session(), host, "esxi-01", adding(EIGHT))
    assert caught.value.code == "memory_not_kept"
    assert vsphere.calls.count("SetField") == 3


def test_somebody_elses_text_stays() -> None:
    vsphere = Vsphere()
    host = vsphere.add_host()
    vsphere.AddCustomFieldDef(None, ATTRIBUTE)
    vsphere.SetField(None, host, 7, "decommission in May")
    vsphere.calls.clear()
    with pytest.raises(DirectPathError) as caught:
        change_memory(vsphere.session(), host, "esxi-01", adding(EIGHT))
    assert caught.value.code == "memory_unreadable"
    assert text_of(vsphere, host) == "decommission in May"
    assert "SetField" not in vsphere.calls


@pytest.mark.parametrize("path", ["availableField", "customValue"])
def test_what_the_account_may_not_read_is_not_taken_for_empty(path: str) -> None:
    vsphere = Vsphere()
    host, session = vsphere.add_host(), vsphere.session()
    change_memory(session, host, "esxi-01", adding(EIGHT))
    vsphere.values[host][path] = Unreadable(vim.fault.NoPermission(privilegeId="System.Read"))
    vsphere.calls.clear()
    with pytest.raises(DirectPathError) as caught:
        change_memory(session, host, "esxi-01", adding(NINE))
    assert caught.value.code == "memory_unreadable"
    assert path in str(caught.value)
    assert "SetField" not in vsphere.calls


@pytest.mark.parametrize(
    ("method", "fault", "code"),
    [
        ("AddCustomFieldDef", vim.fault.NoPermission(privilegeId="Global.ManageCustomFields"), "no_permission"),
        ("SetField", vim.fault.NoPermission(privilegeId="Global.SetCustomField"), "no_permission"),
        ("SetField", vmodl.fault.InvalidArgument(invalidProperty="value"), "memory_not_kept"),
    ],
)
def test_what_vcenter_refuses_is_named(method: str, fault: Any, code: str) -> None:
    vsphere = Vsphere()
    host = vsphere.add_host()
    vsphere.errors[method] = [fault]
    with pytest.raises(DirectPathError) as caught:
        change_memory(vsphere.session(), host, "esxi-01", adding(EIGHT))
    assert (caught.value.code, caught.value.host) == (code, "esxi-01")
    assert (getattr(fault, "privilegeId", None) or ATTRIBUTE) in str(caught.value)
