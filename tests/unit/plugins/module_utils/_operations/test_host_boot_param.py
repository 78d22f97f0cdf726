# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a setting after its answer was lost, or a lie: what is read. esxcli is scripted here."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_boot_param import (
    _HostWork,
    _write,
    operate,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import plan_boot_param
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault
from memory_vsphere import Vsphere
from pyVmomi import vim

HOST = Host("host-1", "esxi-01", "connected", False, "8.0.1", "1", "8.0.1.0")
BEFORE = KernelSetting("maxIntrCookies", "uint32", "1024", "1024", "1024")
LOST = DirectPathError("The connection was lost.", "connection_lost", remedy="Run the play again.")
REFUSED = CliFault("Not now.")


class Cli:
    """esxcli of a host: how its set ends, and what its list says afterwards."""

    def __init__(self, ending: Exception | None, reads: str | Exception) -> None:
        self.ending, self.reads = ending, reads

    def call(self, namespace: str, method: str, args: Any = None) -> list[dict[str, str]]:
        if method == "set":
            if self.ending:
                raise self.ending
            return []
        if isinstance(self.reads, Exception):
            raise self.reads
        names = ("Name", "Type", "Configured", "Runtime", "Default")
        return [dict(zip(names, ("maxIntrCookies", "uint32", self.reads, "1024", "1024")))]


@pytest.mark.parametrize(
    ("ending", "reads", "changed", "code", "words"),
    [
        (None, "4096", True, None, ""),
        (LOST, "4096", True, None, ""),
        (LOST, "1024", False, "connection_lost", "The connection was lost."),
        (LOST, LOST, True, "connection_lost", "Whether maxIntrCookies=4096 is set on host esxi-01 could not be read."),
        (REFUSED, "1024", False, "esxcli_refused", "Host esxi-01 refused maxIntrCookies=4096: Not now."),
        (REFUSED, "4096", True, None, ""),
        (None, "1024", False, "not_applied", "it still reads 1024"),
        (None, "2048", True, "not_applied", "it still reads 2048"),
        (None, LOST, True, "connection_lost", "could not be read"),
    ],
)
def test_what_is_told_is_what_is_read(
    ending: Exception | None, reads: str | Exception, changed: bool, code: str | None, words: str
) -> None:
    cli: Any = Cli(ending, reads)
    (step,) = plan_boot_param(BEFORE, "4096", "exact", "esxi-01").steps
    done = _write(_HostWork(HOST, cli, BEFORE, step))
    result = done.result()
    assert result["changed"] is changed
    assert result["parameter"]["configured"] == (reads if isinstance(reads, str) else "1024")
    assert (done.error and done.error.code) == code
    assert words in str(done.error or "")


@pytest.fixture
def fleet() -> Vsphere:
    """Two hosts: one with the setting as installed, one where it is more than enough already."""
    vsphere = Vsphere()
    for number, value in ((1, "1024"), (2, "8192")):
        host = vsphere.add_host(f"host-{number}", f"esxi-0{number}.lab")
        vsphere.add_setting(host, "maxIntrCookies", value, "1024")
        vsphere.add_setting(host, "enablePCIEHotplug", "TRUE", "TRUE", "Bool")
    return vsphere


def ask(vsphere: Vsphere, check: bool = False, **changes: Any) -> Any:
    params = {
        "esxi_host_names": ["esxi-01.lab", "esxi-02.lab"],
        "name": "maxIntrCookies",
        "value": "4096",
        "comparison": "at_least",
        "state": "present",
    }
    return operate(vsphere.session(), {**params, **changes}, check)


def refusal(vsphere: Vsphere, **changes: Any) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        ask(vsphere, **changes)
    return caught.value


SET = "system.settings.kernel.set"


def configured(vsphere: Vsphere) -> list[str]:
    return [settings["maxIntrCookies"]["Configured"] for settings in vsphere.kernel.values()]


def test_only_what_is_too_little_is_set(fleet: Vsphere) -> None:
    outcome = ask(fleet)
    assert [item["changed"] for item in outcome.result["hosts"]] == [True, False]
    assert (outcome.result["changed"], outcome.result["reboot_required"]) == (True, True)
    assert (configured(fleet), fleet.calls.count(SET)) == (["4096", "8192"], 1)
    assert outcome.before["esxi-01.lab"] != outcome.after["esxi-01.lab"]
    assert not ask(fleet).result["changed"]


def test_exactly_means_exactly(fleet: Vsphere) -> None:
    ask(fleet, comparison="exact")
    assert configured(fleet) == ["4096", "4096"]


def test_absent_brings_the_default_back(fleet: Vsphere) -> None:
    ask(fleet, state="absent", value=None, comparison="exact")
    assert configured(fleet) == ["1024", "1024"]


def test_check_mode_tells_the_same_and_sets_nothing(fleet: Vsphere) -> None:
    planned = ask(fleet, check=True)
    assert SET not in fleet.calls
    assert planned.result == ask(fleet).result


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"name": "maxintrcookies"}, "unknown_setting", "The closest are maxIntrCookies"),
        ({"value": "many"}, "invalid_value", "many"),
        ({"name": "enablePCIEHotplug", "value": "TRUE"}, "invalid_argument", "at_least"),
        ({"esxi_host_names": ["esxi-01.lab", "esxi-03.lab"]}, "host_not_connected", "esxi-03.lab"),
        ({"esxi_host_names": ["esxi-01.lab", "esxi-04.lab"]}, "host_too_old", "esxi-04.lab"),
    ],
)
def test_all_hosts_are_judged_before_one_is_set(fleet: Vsphere, changes: Any, code: str, words: str) -> None:
    fleet.add_host("host-3", "esxi-03.lab", runtime__connectionState="disconnected")
    product = vim.AboutInfo(version="7.0.3", build="1", apiVersion="7.0.3.0")
    fleet.add_host("host-4", "esxi-04.lab", config__product=product)
    for check in (True, False):
        error = refusal(fleet, check=check, **changes)
        assert error.code == code
        assert words in str(error)
    assert SET not in fleet.calls


def test_what_one_host_did_is_told_although_another_failed(fleet: Vsphere) -> None:
    fleet.values[fleet.hosts[1]]["name"] = "stubborn.lab"

    class Stubborn(Vsphere):
        def esxcli(self, moid: str, command: str, values: dict[str, str]) -> list[dict[str, str]] | None:
            return None if (moid, command) == ("host-2", SET) else super().esxcli(moid, command, values)

    fleet.__class__ = Stubborn
    error = refusal(fleet, esxi_host_names=["esxi-01.lab", "stubborn.lab"], comparison="exact")
    assert (error.code, error.host) == ("esxcli_refused", "stubborn.lab")
    assert "Not here." in str(error)
    assert [item["changed"] for item in error.result["hosts"]] == [True, False]
