# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import DriveHealth
from ansible_collections.directpath.nvme.plugins.module_utils._guest import command, info, usage
from ansible_collections.directpath.nvme.plugins.module_utils._guest.health import HealthReader
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs
from guest_tree import GuestTree
from health_log import FIRMWARE, MODEL, SERIAL, WORKING, Kernel, identity

ADDRESS = "0000:0b:00.0"
IDENTIFY, GET_LOG_PAGE = 0x06, 0x02

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.fixture
def drive(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> GuestTree:
    """A guest that has one drive, and no programs."""
    tree.drive(ADDRESS, "nvme0")
    folder = f"sys/bus/pci/devices/{ADDRESS}/nvme/nvme0"
    tree.write(f"{folder}/model", f"{MODEL:<40}")
    tree.write(f"{folder}/serial", f"{SERIAL:<20}")
    tree.write("sys/class/nvme/nvme0/state", "live")
    tree.write("sys/class/nvme/nvme0/firmware_rev", "of sysfs")
    (tree.root / "dev/nvme0").touch()
    monkeypatch.setattr(command, "find", lambda program: None)
    return tree


def answers(monkeypatch: pytest.MonkeyPatch, identify: Any = None, log: Any = WORKING) -> None:
    kernel = Kernel({IDENTIFY: identity() if identify is None else identify, GET_LOG_PAGE: log})
    monkeypatch.setattr(fcntl, "ioctl", kernel)


def health(tree: GuestTree, limit: float = 60) -> DriveHealth:
    sysfs = Sysfs(str(tree.root))
    (found,) = HealthReader(sysfs, str(tree.root / "dev"), limit).of(sysfs.devices()).values()
    return found


def test_a_drive_tells_how_it_is(drive: GuestTree, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch)
    told = health(drive)
    assert (told.source, told.controller, told.firmware, told.unread) == ("ioctl", "live", FIRMWARE, None)
    assert (told.critical_warning, told.power_on_hours, told.data_units_written) == ((), 8778, 2**64)


@pytest.mark.parametrize(
    ("identify", "log", "why"),
    [
        (
            identity(serial="OTHER"),
            WORKING,
            f"nvme0 is another drive by what it says itself: {MODEL}, serial number OTHER",
        ),
        (
            identity(model="Other"),
            WORKING,
            f"nvme0 is another drive by what it says itself: Other, serial number {SERIAL}",
        ),
        (bytes(4096), WORKING, "nvme0 is another drive by what it says itself: no model, serial number none"),
        (None, bytes(512), "its health log is empty"),
        (None, 0x2009, "its controller refuses, with status 0x2009"),
        (OSError(errno.EINTR, ""), WORKING, "its controller was reset before it answered"),
        (OSError(errno.EIO, ""), WORKING, "nvme0: Input/output error"),
        (OSError(errno.EACCES, ""), WORKING, "nvme0: Permission denied (run as root)"),
        (RuntimeError(), WORKING, "it could not be asked"),
    ],
)
def test_what_is_no_answer_of_this_drive(
    drive: GuestTree, monkeypatch: pytest.MonkeyPatch, identify: Any, log: Any, why: str
) -> None:
    answers(monkeypatch, identify, log)
    told = health(drive)
    assert str(told.unread).endswith(why)
    assert (told.critical_warning, told.percentage_used, told.media_errors) == (None, None, None)
    assert told.firmware in ("of sysfs", FIRMWARE)


def test_a_drive_without_a_node(drive: GuestTree) -> None:
    (drive.root / "dev/nvme0").unlink()
    assert str(health(drive).unread).endswith("nvme0: No such file or directory")


@pytest.mark.parametrize("state", ["dead", "resetting", "deleting (no IO)"])
def test_a_controller_that_is_not_live_is_not_asked(
    drive: GuestTree, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    answers(monkeypatch)
    drive.write("sys/class/nvme/nvme0/state", state)
    assert health(drive) == DriveHealth(controller=state, firmware="of sysfs", unread=f"its controller is {state}")


@pytest.mark.parametrize(("driver", "named"), [("vfio-pci", "driver vfio-pci"), (None, "no driver")])
def test_a_drive_that_the_guest_has_given_away(tree: GuestTree, driver: str | None, named: str) -> None:
    tree.drive(ADDRESS, None, driver=driver)
    assert health(tree) == DriveHealth(unread=f"{named} has it, and the guest no controller of it")


def test_a_controller_that_hangs_is_left_alone(drive: GuestTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "ioctl", lambda *_call: time.sleep(600))
    assert health(drive, limit=0.5).unread == "its controller has not answered within 0.5 s"


NVME_CLI: dict[str, dict[str, Any]] = {
    "id-ctrl": {"vid": 5197, "sn": f"{SERIAL} ", "mn": f"{MODEL}   ", "fr": FIRMWARE},
    "smart-log": {
        "critical_warning": 8,
        "temperature": 311,
        "avail_spare": 100,
        "spare_thresh": 10,
        "percent_used": 3,
        "endurance_grp_critical_warning_summary": 0,
        "data_units_read": "123456789",
        "data_units_written": str(2**64),
        "host_read_commands": "1234567890",
        "host_write_commands": "2309737967",
        "controller_busy_time": "1337",
        "power_cycles": "37",
        "power_on_hours": "8778",
        "unsafe_shutdowns": "7",
        "media_errors": "0",
        "num_err_log_entries": "11",
        "warning_temp_time": 5,
        "critical_comp_time": 1,
        "temperature_sensor_1": 311,
    },
}
"""What nvme-cli 2.3 prints; others have numbers for the counters."""

NUMBERS = {name: int(value) for name, value in NVME_CLI["smart-log"].items()}


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, printed: Mapping[str, Any]) -> None:
    """An nvme-cli that keeps what it is asked."""
    monkeypatch.undo()
    monkeypatch.setattr(command, "FOLDERS", (str(folder),))
    answers(monkeypatch, OSError(errno.EACCES, ""))
    for name, text in printed.items():
        (folder / name).write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    script = f'#!/bin/sh\necho "$@" >> {folder}/asked\nexec cat "{folder}/$1"\n'
    (folder / "nvme").write_text(script, encoding="utf-8")
    (folder / "nvme").chmod(0o755)


@pytest.mark.parametrize("log", [NVME_CLI["smart-log"], NUMBERS])
def test_who_may_not_ask_lets_nvme_cli_ask(
    drive: GuestTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Mapping[str, Any]
) -> None:
    install(tmp_path, monkeypatch, {**NVME_CLI, "smart-log": log})
    told = health(drive)
    expected = {"source": "nvme-cli", "controller": "live", "firmware": FIRMWARE, "critical_warning": ("read_only",)}
    assert told == DriveHealth(**{**DriveHealth.of_log(WORKING).__dict__, **expected})
    node = os.path.join(str(drive.root), "dev/nvme0")
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == [f"{name} {node} --output-format=json" for name in ("id-ctrl", "smart-log")]


@pytest.mark.parametrize(
    "printed",
    [
        {},
        {"id-ctrl": "no JSON", "smart-log": NVME_CLI["smart-log"]},
        {"id-ctrl": NVME_CLI["id-ctrl"], "smart-log": "[]"},
        {"id-ctrl": NVME_CLI["id-ctrl"], "smart-log": {"critical_warning": {"value": 0}}},
    ],
)
def test_an_nvme_cli_that_tells_nothing(
    drive: GuestTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: Mapping[str, Any]
) -> None:
    install(tmp_path, monkeypatch, printed)
    assert str(health(drive).unread).endswith("nvme0: Permission denied (run as root)")


def test_an_empty_log_by_nvme_cli(drive: GuestTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = {name: type(value)() for name, value in NUMBERS.items()}
    install(tmp_path, monkeypatch, {**NVME_CLI, "smart-log": empty})
    assert health(drive).unread == "its health log is empty"


def test_nvme_cli_may_meet_another_drive_as_well(
    drive: GuestTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, {**NVME_CLI, "id-ctrl": {"sn": "OTHER", "mn": MODEL, "fr": "1"}})
    assert str(health(drive).unread).endswith(
        f"nvme0 is another drive by what it says itself: {MODEL}, serial number OTHER"
    )


@pytest.mark.parametrize("asked", [True, False])
def test_drives_are_asked_only_where_that_is_wanted(
    drive: GuestTree, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    answers(monkeypatch)
    root = drive.root
    reader = usage.UsageReader
    monkeypatch.setattr(info, "UsageReader", lambda sysfs: reader(sysfs, str(root / "proc"), str(root / "dev")))
    monkeypatch.setattr(info, "HealthReader", lambda sysfs: HealthReader(sysfs, str(root / "dev")))
    (device,) = json.loads(json.dumps(info.read_guest(Sysfs(str(root)), asked)))["devices"]
    assert (device["health"] or {}).get("power_on_hours") == (8778 if asked else None)
    assert (device["health"] is None) != asked
