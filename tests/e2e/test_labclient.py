# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The helper with which tests and the demo start and steer a lab."""

from __future__ import annotations

import os
import ssl
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from background import until
from labclient import Lab, LabError
from vsphere import host

HOST = "esxi-01.lab"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def addresses(lab: Lab) -> set[str]:
    return {d["address"] for h in lab.state()["hosts"] if h["name"] == HOST for d in h["devices"]}


def test_serves_tls_with_its_own_ca(lab: Lab) -> None:
    trusted = ssl.create_default_context(cafile=lab.environment()["SSL_CERT_FILE"])
    with urllib.request.urlopen(f"https://{lab.host}:{lab.port}/sdk/vimServiceVersions.xml", context=trusted) as answer:
        assert b"8.0.1.0" in answer.read()


def test_ends_with_the_context(start_lab: Callable[..., Lab]) -> None:
    with Lab.start() as lab:
        pid, state_file = lab.pid, lab.state_file
        assert alive(pid)
    assert not alive(pid)
    assert not state_file.exists()
    lab.stop()


def test_ends_after_an_error() -> None:
    def fail() -> None:
        with Lab.start() as lab:
            pids.append(lab.pid)
            raise ValueError("of the test")

    pids: list[int] = []
    with pytest.raises(ValueError, match="of the test"):
        fail()
    assert not alive(pids[0])


def test_settings_lie_over_the_configuration(start_lab: Callable[..., Lab]) -> None:
    lab = start_lab(
        {"hosts": [{"name": "only.lab"}], "settings": {"task_seconds": 0.0}}, settings={"reboot_seconds": 0.5}
    )
    assert [host["name"] for host in lab.state()["hosts"]] == ["only.lab"]


def test_a_wrong_configuration_says_so() -> None:
    with pytest.raises(LabError, match="wrong_key"):
        Lab.start({"wrong_key": 1})


def test_a_missing_program_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_BIN", str(tmp_path / "lab"))
    with pytest.raises(LabError, match="set LAB_BIN"):
        Lab.start()


def test_insert_pull_and_reset(lab: Lab) -> None:
    before = addresses(lab)
    lab.insert(HOST, address="0000:e0:00.0", serial="S0001", vendor_device="144d:a80a")
    assert addresses(lab) - before == {"0000:e0:00.0"}
    lab.pull(HOST, "0000:e0:00.0")
    assert addresses(lab) == before
    small = lab.insert(HOST, slot=14, capacity_gb=960, use="partitions")
    assert (small.host, small.address, small.slot) == (HOST, "0000:df:00.0", 14)
    with pytest.raises(LabError, match=f"already, in slot 14: serial number {small.serial}"):
        lab.insert(HOST, slot=14)
    lab.pull(HOST, slot=14)
    assert lab.insert(HOST, slot=13, serial=small.serial).address == "0000:de:00.0"
    lab.pull(HOST, slot=13)
    lab.pull(HOST, "0000:d8:00.0")
    lab.reset()
    assert addresses(lab) == before


def test_a_drive_without_an_adapter_and_late_answers(lab: Lab) -> None:
    lab.insert(HOST, address="10000:e1:00.0", no_adapter=True)
    assert "10000:e1:00.0" in addresses(lab)
    lab.delay("0.01s", method="CurrentTime")
    with pytest.raises(LabError, match="negative"):
        lab.delay("-1s")
    lab.clear_delays()


def test_a_host_is_held_down_until_it_is_released(lab: Lab) -> None:
    lab.hold("boot")
    with host(lab, HOST) as found:
        found.RebootHost_Task(force=True)
        until(lambda: found.runtime.connectionState == "notResponding", "the host's going down")
        lab.release()
        until(lambda: found.runtime.connectionState == "connected", "its coming back")
    with pytest.raises(LabError, match="needs a method"):
        lab.hold("")


def test_others_move_a_vm(lab: Lab) -> None:
    lab.move("nvme-vm-01", "esxi-02.lab")
    assert {v["name"]: v["host"] for v in lab.state()["vms"]}["nvme-vm-01"] == "esxi-02.lab"
    with pytest.raises(LabError, match="there is no VM"):
        lab.move("nowhere", HOST)


def test_a_refused_command_says_why(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"0000:ee:00\.0"):
        lab.pull(HOST, "0000:ee:00.0")


def test_counters(lab: Lab) -> None:
    assert lab.mutating_calls() == {}
    assert lab.stats(reset=True)["calls"] == {}
