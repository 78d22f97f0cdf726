# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hotplug_readiness_info of an inventory: what it costs, and that what one host or VM lacks hides nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from in_process import Modules, modules
from labclient import Lab

Facts = dict[str, Any]
Row = Mapping[str, Any]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
READY: Facts = {"version": "8.0.3", "cluster": "fleet", "passthrough_enabled": [D8, D9]}
FIT: Facts = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
HOSTILE = "<img src=x onerror=alert('x')> \"{{ 7 * 7 }}\" 日本"
WORD = {"by": "J. Doe", "date": "2026-01-31", "reference": "HCL 4711"}

CONFIG: Facts = {
    "datacenters": ["DC0", "DC1"],
    "hosts": [
        {"name": "ready.lab", **READY},
        {"name": "other.lab", **READY},
        {"name": "away.lab", **READY, "connected": False},
        {"name": "refuses.lab", **READY, "esxcli": "refuses"},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": HOSTILE, **READY},
        {"name": "twin.lab", "version": "8.0.3"},
        {"name": "twin.lab", "version": "8.0.3", "datacenter": "DC1"},
    ],
    "vms": [
        {"name": "fit-vm", "host": "ready.lab", "power": "poweredOn", "passthrough": [D8], **FIT},
        {"name": "bios-vm", "host": "ready.lab", "fpt_hotplug": False},
        {
            "name": "asks-vm",
            "host": "ready.lab",
            "question": {"text": "Was it moved,\nor copied?"},
            "snapshot": "before",
            **FIT,
        },
        {"name": "template", "host": "ready.lab", "template": True, **FIT},
        {"name": "unset-vm", "host": "ready.lab", "visibility": "no_config", **FIT},
        {"name": "denied-vm", "host": "ready.lab", "visibility": "no_permission", **FIT},
        {"name": "away-vm", "host": "away.lab", **FIT},
        {"name": "old-vm", "host": "old.lab", **FIT, "fpt_hotplug": False, "hw_version": "vmx-19"},
        {"name": f"{HOSTILE} %2541 <%2fscript>", "host": HOSTILE, "power": "poweredOn", "passthrough": [D9], **FIT},
        {"name": "twin-vm", "host": "ready.lab", "folder": "a"},
        {"name": "twin-vm", "host": "ready.lab", "folder": "b"},
    ],
}


@pytest.fixture(scope="module")
def lab_config() -> Facts:
    return CONFIG


@pytest.fixture
def ask(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Modules]:
    with modules(lab, monkeypatch) as found:
        lab.stats(reset=True)
        yield found


def entries(*names: str, **facts: Any) -> list[Facts]:
    return [{"inventory_name": name, **facts} for name in names]


def by_name(answer: Facts, kind: str) -> dict[str, Row]:
    return {item["inventory_name"]: item for item in answer[kind]}


def rows(item: Row, *ids: str) -> list[str]:
    """The statuses of these requirements; of all, if none is named. An id may have several rows: the worst counts."""
    found: dict[str, list[str]] = {}
    for row in item["requirements"]:
        found.setdefault(row["id"], []).append(row["status"])
    order = ("fail", "unknown", "not_attested", "warn", "attested", "pass", "not_applicable")
    return [min(found[name], key=order.index) for name in ids or found]


def evidence(item: Row, id_: str) -> str:
    return " ".join(row["evidence"] for row in item["requirements"] if row["id"] == id_)


def test_hosts_and_vms_in_one_answer(ask: Modules) -> None:
    hosts = entries("ready.lab", devices=[{"address": D8}], attested={"Q1": WORD, "Q3": None})
    vms = [
        *entries("fit-vm", esxi_host_name="ready.lab", devices=[{"address": D8, "state": "present"}]),
        *entries("bios-vm", esxi_host_name="other.lab"),
        *entries("template", "asks-vm"),
    ]
    answer = ask.readiness(hosts=hosts, vms=vms)
    assert answer["changed"] is False
    (host,) = answer["hosts"]
    assert (host["inventory_name"], host["host"]["name"], host["error"]) == ("ready.lab", "ready.lab", None)
    assert rows(host, "P1", "P2", "P3", "P4", "P5", "Q2", "Q8", "tasks") == ["pass"] * 8
    assert rows(host, "Q1", "Q3") == ["attested", "not_attested"]
    (word,) = [row["attested"] for row in host["requirements"] if row["id"] == "Q1"]
    assert word == WORD
    assert [item["id"] for item in host["capabilities"]] == ["C1", "C2", "C3", "C4"]
    taken = {drive["address"]: drive for drive in host["drives"]}[D8]
    assert (taken["vm"]["name"], taken["slot"], taken["reset_method"]) == ("fit-vm", "7", "Function reset")
    assert taken["passthrough"]["active"] is True
    assert host["orphans"] == []
    found = by_name(answer, "vms")
    fit, bios = found["fit-vm"], found["bios-vm"]
    assert (fit["vm"]["name"], fit["host"]["name"], fit["power_state"]) == ("fit-vm", "ready.lab", "poweredOn")
    assert not {"fail", "unknown"} & set(rows(fit))
    assert [drive["address"] for drive in fit["drives"]] == [D8]
    # The serial number is the guest's to tell, or somebody remembers it; the slot is told by esxcli.
    assert fit["drives"][0]["slot"] == "7"
    assert rows(bios, "P6", "P7", "wrong_host") == ["fail"] * 3
    assert bios["drives"] == []
    assert found["template"]["error"] is None
    assert rows(found["asks-vm"], "question", "N9") == ["fail", "warn"]
    assert "Was it moved, or copied?" in evidence(found["asks-vm"], "question")


def test_a_drive_without_a_known_user_may_be_the_boot_disk(ask: Modules) -> None:
    """Asking would be a fourth command on each host; not asked is not the same as not so."""
    (host,) = ask.readiness(hosts=entries("other.lab"))["hosts"]
    drives = {drive["address"]: drive for drive in host["drives"]}
    (doubt,) = drives["0000:da:00.0"]["held_by"]
    assert doubt == {
        "kind": "unknown",
        "name": "whether the host boots from it was not asked (nvme_device_info asks)",
    }
    assert {use["kind"] for use in drives["0000:17:00.0"]["held_by"]} == {"boot", "coredump"}
    assert drives[D8]["held_by"] == []


def test_what_one_lacks_hides_nobody_else(ask: Modules, lab: Lab) -> None:
    names = ("ready.lab", "nowhere.lab", "twin.lab", "away.lab", "refuses.lab", "old.lab")
    hosts = [*entries(*names), *entries("ready again", esxi_host_name="other.lab"), *entries("other.lab")]
    vm_names = ("fit-vm", "nowhere-vm", "twin-vm", "unset-vm", "denied-vm", "away-vm", "old-vm")
    answer = ask.readiness(hosts=hosts, vms=entries(*vm_names))
    found, vms = by_name(answer, "hosts"), by_name(answer, "vms")
    codes = {name: item["error"] and item["error"]["code"] for name, item in {**found, **vms}.items()}
    assert codes == {
        "ready.lab": None,
        "nowhere.lab": "not_found",
        "twin.lab": "ambiguous_name",
        "away.lab": None,
        "refuses.lab": None,
        "old.lab": None,
        "ready again": "named_twice",
        "other.lab": "named_twice",
        "fit-vm": None,
        "nowhere-vm": "not_found",
        "twin-vm": "ambiguous_name",
        "unset-vm": None,
        "denied-vm": None,
        "away-vm": None,
        "old-vm": None,
    }
    # All rows, always, and of who was not found none that is known.
    for item in (*found.values(), *vms.values()):
        titles = [row["title"] for row in item["requirements"]]
        assert len(titles) == len(set(titles))
        assert set(rows(item)) == {"unknown"} or not item["error"]
    assert {len(item["requirements"]) for item in found.values()} == {len(found["ready.lab"]["requirements"])}
    assert {len(item["requirements"]) for item in vms.values()} == {len(vms["fit-vm"]["requirements"])}
    assert found["nowhere.lab"]["drives"] is None
    assert "not_found" not in found["nowhere.lab"]["error"]["message"]
    assert rows(found["away.lab"], "P2", "P4", "reset_method", "connection") == ["unknown", "pass", "unknown", "fail"]
    assert rows(found["refuses.lab"], "P1", "P2", "P4", "P5", "reset_method") == [
        "unknown",
        "unknown",
        "pass",
        "pass",
        "unknown",
    ]
    assert rows(found["old.lab"], "P1", "Q8") == ["pass", "fail"]
    # Of what a host offers, another one of its build in the cluster tells.
    assert rows(vms["away-vm"], "P6", "max_devices") == ["pass", "pass"]
    # The refusing host answers each command, so that it is asked all three; the one that is away none.
    asked = lab.stats()["calls"]
    assert asked["ExecuteSoap"] == 3 * (len(names) - 3 + 1)


def test_a_vm_without_configuration_is_unknown_and_never_fails(ask: Modules) -> None:
    vms = by_name(ask.readiness(vms=entries("unset-vm", "denied-vm")), "vms")
    of_config = ("P6", "P7", "N1", "N2", "N3", "N4", "N5", "max_devices", "guest_id")
    for item in vms.values():
        assert set(rows(item, *of_config)) == {"unknown"}
        assert item["drives"] is None
    assert "System.Read" in evidence(vms["denied-vm"], "P6")
    assert "System.Read" not in evidence(vms["unset-vm"], "P6")


def test_names_are_only_names(ask: Modules) -> None:
    vm_name = f"{HOSTILE} %41 </script>"
    answer = ask.readiness(hosts=entries(HOSTILE), vms=entries(vm_name, esxi_host_name=HOSTILE))
    (host,), (vm,) = answer["hosts"], answer["vms"]
    assert (host["error"], vm["error"]) == (None, None)
    # vSphere writes a slash in a name as %2f and a percent sign as %25.
    assert (vm["vm"]["name"], vm["host"]["name"], host["host"]["name"]) == (vm_name, HOSTILE, HOSTILE)
    assert rows(vm, "wrong_host") == ["pass"]
    assert {drive["address"]: drive["vm"] for drive in host["drives"]}[D9]["name"] == vm_name
    twins = ask.readiness(
        hosts=entries("twin.lab", datacenter="DC1"),
        vms=[
            *entries("a", name="twin-vm", folder="a", datacenter="DC0"),
            *entries("b", name="twin-vm", folder="b", datacenter="DC0"),
        ],
    )
    assert [item["error"] for item in (*twins["hosts"], *twins["vms"])] == [None] * 3


@pytest.mark.parametrize(
    ("path", "object_type", "ids"),
    [
        ("hardware.pciDevice", "HostSystem", ["P5", "L5", "vmd", "dependents"]),
        ("hardware.biosInfo", "HostSystem", ["Q2"]),
        ("recentTask", "HostSystem", ["tasks"]),
        ("parent", "HostSystem", ["P4"]),
        ("capability", "HostSystem", ["Q8"]),
        ("runtime.inMaintenanceMode", "HostSystem", ["maintenance"]),
        ("configManagerEnabled", "ClusterComputeResource", ["drift"]),
        ("configurationEx", "ClusterComputeResource", ["drs", "ha"]),
        ("config.firmware", "VirtualMachine", ["P6"]),
        ("config.hardware", "VirtualMachine", ["P7", "N4", "N5", "L4", "max_devices", "V3"]),
        ("config.guestId", "VirtualMachine", ["guest_id"]),
        ("runtime.question", "VirtualMachine", ["question"]),
        ("recentTask", "VirtualMachine", ["tasks"]),
        ("snapshot", "VirtualMachine", ["N9"]),
    ],
)
def test_what_may_not_be_read_is_unknown_and_names_the_privilege(
    ask: Modules, lab: Lab, path: str, object_type: str, ids: list[str]
) -> None:
    lab.deny(path=path, object_type=object_type, privilege="System.Secret")
    answer = ask.readiness(hosts=entries("ready.lab"), vms=entries("asks-vm"))
    (host,), (vm,) = answer["hosts"], answer["vms"]
    subject = host if object_type == "HostSystem" or ids == ["drift"] else vm
    assert rows(subject, *ids) == ["unknown"] * len(ids)
    assert [id_ for id_ in ids if "System.Secret" not in evidence(subject, id_)] == []


@pytest.mark.parametrize(
    ("method", "kind", "ids"),
    [
        ("ExecuteSoap", "hosts", ["P1", "P2", "P3", "N6", "reset_method"]),
        ("RetrieveManagedMethodExecuter", "hosts", ["P1", "P2", "P3", "N6", "reset_method"]),
        ("QueryConfigOptionEx", "vms", ["max_devices", "guest_id"]),
    ],
)
def test_a_call_that_may_not_be_made(ask: Modules, lab: Lab, method: str, kind: str, ids: list[str]) -> None:
    lab.deny(method=method, privilege="System.Secret")
    (item,) = ask.readiness(hosts=entries("ready.lab"), vms=entries("fit-vm"))[kind]
    assert rows(item, *ids) == ["unknown"] * len(ids)
    assert [id_ for id_ in ids if "System.Secret" not in evidence(item, id_)] == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ({"by": "J. Doe", "date": "2999-01-01"}, "today is"),
        ({"by": "J. Doe", "date": "yesterday"}, "which is none"),
        ({"by": " ", "date": "2026-01-31"}, "who vouches"),
    ],
)
def test_a_word_that_is_none_is_refused_before_anything_is_asked(
    ask: Modules, lab: Lab, word: Facts, said: str
) -> None:
    for asked in (
        {"hosts": entries("ready.lab", attested={"Q1": word})},
        {"vms": entries("fit-vm", attested={"Q6": word})},
        {"esxi_host_name": "ready.lab", "attested": {"Q1": word}},
    ):
        with pytest.raises(DirectPathError, match=said) as caught:
            ask.readiness(**asked)
        assert caught.value.code == "invalid_argument"
    assert set(lab.stats()["calls"]) == {"CurrentTime"}


def test_a_time_that_is_none_is_refused(ask: Modules) -> None:
    with pytest.raises(DirectPathError, match="esxcli_timeout"):
        ask.readiness(esxi_host_name="ready.lab", esxcli_timeout=0)


def test_half_of_the_fleet_does_not_answer(start_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that hangs costs the time for one answer, and the others are judged."""
    kinds: tuple[Facts, ...] = ({}, {"esxcli": "hangs"}, {"connected": False})
    hosts = [
        {"name": f"{number}-{kind}.lab", **READY, **facts} for number in range(4) for kind, facts in enumerate(kinds)
    ]
    lab = start_lab({"hosts": hosts, "vms": []})
    with modules(lab, monkeypatch) as ask:
        found = by_name(ask.readiness(hosts=entries(*(host["name"] for host in hosts)), esxcli_timeout=1), "hosts")
    for name, item in found.items():
        assert item["error"] is None
        wanted = ["pass" if "-0" in name else "unknown"] * 3
        assert rows(item, "P1", "P2", "P3") == wanted
        assert rows(item, "P4", "P5", "tasks") == ["pass"] * 3
    assert "did not answer esxcli system boot device get within 1 s" in evidence(found["0-1.lab"], "P1")
    assert "it was not asked any more after this" in evidence(found["0-1.lab"], "P2")
    calls = lab.stats()["calls"]
    assert calls["ExecuteSoap:vim.EsxCLI.system.boot.device.get"] == 8
    assert calls["ExecuteSoap:vim.EsxCLI.system.settings.kernel.list"] == 4


def test_a_host_that_does_not_say_what_it_offers_holds_nobody_up(ask: Modules, lab: Lab) -> None:
    lab.hold("QueryConfigOptionEx")
    answer = ask.readiness(hosts=entries("ready.lab"), vms=entries("fit-vm"), esxcli_timeout=1)
    lab.release()
    (vm,) = answer["vms"]
    assert rows(vm, "max_devices", "guest_id", "P6") == ["unknown", "unknown", "pass"]
    assert "did not answer QueryConfigOptionEx within 1 s" in evidence(vm, "guest_id")


def test_an_old_vcenter_is_not_asked_for_what_it_does_not_know(
    start_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    vm = {"name": "old-vm", "hw_version": "vmx-19", **FIT, "fpt_hotplug": False}
    lab = start_lab({"vcenter_version": "7.0.3", "hosts": [{"name": "old.lab", "version": "7.0.3"}], "vms": [vm]})
    with modules(lab, monkeypatch) as ask:
        answer = ask.readiness(hosts=entries("old.lab"), vms=entries("old-vm"))
    (host,), (vm,) = answer["hosts"], answer["vms"]
    assert (host["error"], vm["error"]) == (None, None)
    assert rows(host, "Q8", "P1", "P4") == ["fail", "pass", "pass"]
    assert rows(vm, "P6", "P7", "N5") == ["pass", "fail", "pass"]


def test_on_esxi_directly(start_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    vm = {"name": "fit-vm", "power": "poweredOn", "passthrough": [D8], **FIT}
    host = {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8]}
    lab = start_lab({"hosts": [host], "vms": [vm]}, mode="esxi")
    with modules(lab, monkeypatch) as ask:
        answer = ask.readiness(hosts=entries("esxi-01.lab"), vms=entries("fit-vm", esxi_host_name="esxi-01.lab"))
    (host,), (vm,) = answer["hosts"], answer["vms"]
    assert rows(host, "P1", "P2", "P3", "P4", "P5", "Q2", "Q8", "drift") == ["pass"] * 8
    assert rows(vm, "P6", "P7", "wrong_host", "max_devices", "guest_id") == ["pass"] * 5
    assert rows(vm, "drs", "ha") == ["not_applicable"] * 2


def test_what_a_fleet_costs(start_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    """100 hosts and 200 VMs: the calls are held to what was promised, the time is shown."""
    count = 100
    hosts = [{"name": f"esxi-{number:03}.lab", **READY} for number in range(count)]
    vms = [
        {"name": f"vm-{number:03}", "host": hosts[number // 2]["name"], "power": "poweredOn", **FIT}
        | {"passthrough": [D9 if number % 2 else D8]}
        for number in range(2 * count)
    ]
    lab = start_lab({"hosts": hosts, "vms": vms})
    with modules(lab, monkeypatch) as ask:
        lab.stats(reset=True)
        begun = time.process_time()
        answer = ask.readiness(
            hosts=entries(*(host["name"] for host in hosts), datacenter="DC0", devices=[{"address": D8}]),
            vms=[
                {"inventory_name": vm["name"], "datacenter": "DC0", "esxi_host_name": vm["host"]}
                | {"devices": [{"address": vm["passthrough"][0], "state": "present"}]}
                for vm in vms
            ],
        )
        spent = time.process_time() - begun
    calls = dict(lab.stats()["calls"])
    commands = {name: calls.pop(name) for name in list(calls) if name.startswith("ExecuteSoap:")}
    print(f"\n{count} hosts and {2 * count} VMs: {spent:.1f} CPU s, {calls}")
    # Three commands a host, and one call that finds whom to ask.
    assert (set(commands.values()), len(commands)) == ({count}, 3)
    assert (calls.pop("ExecuteSoap"), calls.pop("RetrieveManagedMethodExecuter")) == (3 * count, count)
    # All else is in common: the time, the datacenter, names and facts of hosts and VMs, host profiles, what a host of
    # this build offers. Logging in is not among it, nor the logout.
    assert sum(calls.values()) <= 12, calls
    assert {row["status"] for vm in answer["vms"] for row in vm["requirements"]} == {"pass"}
    assert {drive["vm"]["name"] for host in answer["hosts"] for drive in host["drives"] if drive["vm"]} == {
        vm["name"] for vm in vms
    }
