# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives by their own names: none that is in use is taken by any of them, and none costs much more than an address."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from in_process import Modules, modules
from labclient import Lab
from pyVmomi import vim
from vsphere import host

HOST, FIT = "esxi-01.lab", {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
BOOT, VMFS, VSAN, UNKNOWN = (f"0000:{bus}:00.0" for bus in ("17", "18", "19", "1a"))
NEIGHBOUR, OSDATA, OTHER_VMS, FREE, DB = (f"0000:{bus}:00.0" for bus in ("5e", "d8", "d9", "da", "db"))

DANGEROUS = (BOOT, VMFS, VSAN, UNKNOWN, NEIGHBOUR, OSDATA, OTHER_VMS)

KNOWN = [{"serial": "S01D9", "address": OTHER_VMS}]
"""Passthrough has it, so that its host does not tell its serial number."""


pytestmark = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS:DeprecationWarning")
"""What vmware.vmware connects with, of which its own maintainers know."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    # With ESX-OSData elsewhere only esxcli tells which disk the host boots from.
    devices = [{"address": OSDATA, "use": "osdata"}]
    return {
        "vcenter_version": "9.0.1",
        "hosts": [
            {
                "name": HOST,
                "version": "8.0.1",
                "devices": devices,
                "passthrough_enabled": [OTHER_VMS, FREE, DB],
                "rebind_without_reboot": True,
            },
            {"name": "nine.lab", "version": "9.0.1", "rebind_without_reboot": True},
        ],
        "vms": [
            {"name": "storage", "power": "poweredOn", **FIT},
            {"name": "other", "power": "poweredOn", "passthrough": [OTHER_VMS], **FIT},
            {"name": "new", "host": "nine.lab", "power": "poweredOn", **FIT},
        ],
    }


def label_all(lab: Lab) -> None:
    """An administrator labels the dangerous drives with their addresses, and leaves passthrough as it is."""
    with host(lab, HOST) as found:
        enabled = {item.id: item.passthruEnabled for item in found.config.pciPassthruInfo}
        config = [
            vim.host.PciPassthruConfig(id=address, passthruEnabled=enabled[address], hardwareLabel=f"bay of {address}")
            for address in DANGEROUS
        ]
        found.configManager.pciPassthruSystem.UpdatePassthruConfig(config)


def names_of(lab: Lab) -> list[dict[str, str]]:
    """All ways to name each of the dangerous drives, by one criterion or by an address that is pinned."""
    found: list[dict[str, str]] = []
    (state,) = (item for item in lab.state()["hosts"] if item["name"] == HOST)
    for device in state["devices"]:
        if device["address"] in DANGEROUS:
            by = {name: device[name] for name in ("address", "name", "vendor_device")}
            own = {"serial": f" s01{device['address'][5:7]} ", "slot": str(device["slot"])}
            by = {**by, **own, "hardware_label": f"bay of {device['address']}"}
            found += [{name: value} for name, value in by.items()]
            found.append({name: by[name] for name in ("address", "serial", "vendor_device")})
    assert len(found) == 7 * len(DANGEROUS)
    return found


def code(answer: Any) -> str:
    assert isinstance(answer, DirectPathError), answer
    return answer.code


def test_no_dangerous_drive_is_taken_under_any_name(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    label_all(lab)
    lab.stats(reset=True)
    refused = {"device_in_use", "not_nvme"}
    with modules(lab, monkeypatch) as call:
        for name in names_of(lab):
            # Drives that are alike share these.
            alike = {"ambiguous_device"} if set(name) <= {"name", "vendor_device"} else set()
            args = {"devices": [name], "known_drives": KNOWN}
            assert code(call.hotplug("storage", **args)) in refused | alike, name
            whose = name.get("address") or name.get("hardware_label", "") + name.get("serial", "") + name.get(
                "slot", ""
            )
            theirs = any(mark in whose for mark in (OTHER_VMS, "s01d9")) or whose == "8"
            state = "disabled" if theirs else "enabled"
            assert code(call.toggle(HOST, state=state, **args)) in refused, (state, name)
            if not theirs:
                plan = call.plan_of_host(HOST, **args)
                codes = [item["error"]["code"] for item in plan["obstacles"] if not item["mendable"]]
                assert refused & set(codes), (name, plan)
    assert lab.mutating_calls() == {}


def calls_of(lab: Lab, call: Modules, **params: Any) -> int:
    """SOAP calls of a hot-add, which has to have added one drive. The drive leaves the VM again."""
    lab.stats(reset=True)
    added = call.hotplug("storage", **params)
    calls = lab.stats()["calls"]
    assert isinstance(added, dict), added
    assert [row["status"] for row in added["devices"]] == ["added"]
    removed = call.hotplug("storage", state="absent", allow_guest_unchecked=True, **params)
    assert isinstance(removed, dict), removed
    assert [row["status"] for row in removed["devices"]] == ["removed"]
    # A busy machine waits for a task more often; esxcli is counted as a whole and by command.
    return sum(number for name, number in calls.items() if name != "WaitForUpdatesEx" and ":" not in name)


def test_a_drive_comes_and_goes_by_each_of_its_names(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """By serial number it costs at most two calls more than by address, of a host that tells neither it nor slots."""
    known = [{"serial": "S01DA", "address": FREE, "slot": "9"}]
    with modules(lab, monkeypatch) as call:
        by_address = calls_of(lab, call, devices=[{"address": FREE}])
        assert calls_of(lab, call, devices=[{"serial": " s01da "}], known_drives=known) <= by_address + 2
        assert calls_of(lab, call, devices=[{"slot": "9"}]) <= by_address + 2
        pinned = [{"address": FREE, "serial": "S01DA", "vendor_device": "144d:a80a"}]
        assert calls_of(lab, call, devices=pinned, known_drives=known) <= by_address + 2
        for name in ({"serial": "s01da"}, {"slot": "9"}, *pinned):
            plan = call.plan_of_vm("storage", HOST, devices=[{**name, "state": "present"}], known_drives=known)
            steps = [(step["kind"], step["device"], step["serial"]) for step in plan["steps"]]
            assert (steps, plan["obstacles"]) == ([("hot_add", FREE, "S01DA")], [])
        # API 9.0 tells slots with the rest.
        (slot,) = [
            str(device["slot"])
            for state in lab.state()["hosts"]
            for device in state["devices"]
            if (state["name"], device["address"]) == ("nine.lab", FREE)
        ]
        assert isinstance(call.toggle("nine.lab", devices=[{"slot": slot}]), dict)
        lab.stats(reset=True)
        added = call.hotplug("new", devices=[{"slot": slot}])
        assert isinstance(added, dict)
        assert [row["address"] for row in added["devices"]] == [FREE]
        assert not [name for name in lab.stats()["calls"] if "hardware.pci" in name]


def test_names_that_mean_no_drive_or_several_or_that_nobody_can_tell(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    # Another vendor's drive with a serial number that is there already.
    lab.insert(HOST, serial="S011A", vendor_device="8086:0a54")
    lab.stats(reset=True)
    with modules(lab, monkeypatch) as call:

        def refused(**name: str) -> DirectPathError:
            answers = call.hotplug("storage", devices=[name]), call.toggle(HOST, devices=[name])
            assert code(answers[0]) == code(answers[1]), name
            assert isinstance(answers[0], DirectPathError)
            return answers[0]

        doubled = refused(serial="S011A")
        assert doubled.code == "ambiguous_device"
        assert doubled.msg.count("serial S011A, slot ") == 2

        another = refused(address=BOOT, serial="S01DX")
        assert another.code == "device_changed"
        assert f"{BOOT} (" in another.msg
        assert "serial S0117, slot " in another.msg

        moved = refused(address=BOOT, serial="S01DC")
        assert moved.code == "device_changed"
        assert "serial S01DC, slot " in moved.msg
        assert "0000:dc:00.0" in moved.msg

        # Three drives have passthrough, and nobody remembers their serial numbers.
        hidden = refused(serial="S01DA")
        assert hidden.code == "device_unknown"
        for address in (OTHER_VMS, FREE, DB):
            assert f"{address} (" in hidden.msg
        assert OSDATA not in hidden.msg
        assert "host_drive_memory" in str(hidden.remedy)

        missing = refused(slot="77")
        assert missing.code == "device_not_found"
        assert f"{FREE} (NVMe SSD Controller PM9A3, slot 9)" in missing.msg

        # Never "absent" of a drive that the VM may have.
        unsure = call.hotplug("other", devices=[{"serial": "S01D9"}], state="absent", allow_guest_unchecked=True)
        assert code(unsure) == "device_unknown"
        doubted = [{"serial": "S01D9", "address": OTHER_VMS, "slot": "12"}]
        unsure = call.hotplug("other", devices=[{"serial": "S01D9"}], state="absent", known_drives=doubted)
        assert code(unsure) == "device_unknown"
        plan = call.plan_of_vm("other", HOST, devices=[{"serial": "S01D9", "state": "absent"}])
        assert [item["error"]["code"] for item in plan["obstacles"]] == ["device_unknown"]
    assert lab.mutating_calls() == {}
