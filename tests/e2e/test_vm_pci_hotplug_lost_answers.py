# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_pci_hotplug against a lab: connections, sessions and answers that are lost, and tasks that take too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hotplug_calls import (
    CONFIG,
    D8,
    D9,
    DA,
    DB,
    FIT,
    MODULE,
    ON,
    RECONFIGURE,
    entries,
    present,
    reconfigurations,
    statuses,
)
from labclient import Lab
from module_steps import error_of, run_steps


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def test_lost_connections_and_sessions(lab: Lab) -> None:
    lab.fault(RECONFIGURE, when_request_contains=D8, drop_connection="before")
    lab.fault(RECONFIGURE, when_request_contains=D9, drop_connection="after")
    lab.fault(RECONFIGURE, when_request_contains=DA, expire_session=True)
    lab.fault(RECONFIGURE, when_request_contains=DB, drop_connection="before", count=2)
    done, gone, rest = run_steps(lab, MODULE, present(D8, D9, DA), present(D8, DB), present(DB))
    assert statuses(done) == ["added"] * 3, done
    error = error_of(gone)
    assert (error["code"], error["vm"], error["device"]) == ("connection_lost", "storage", DB)
    assert (statuses(gone), gone["changed"]) == (["present", "failed"], False)
    assert statuses(rest) == ["added"]
    # Only what the server had not heard of was asked for again.
    assert reconfigurations(lab) == 2 + 1 + 2 + 2 + 1
    assert entries(lab) == [D8, D9, DA, DB]


def test_an_answer_that_is_lost_anywhere(lab: Lab) -> None:
    """Of whatever call an answer is lost: what is told is what the server did (A drive that is in counts as in)."""
    for method in ("CreateFilter", "WaitForUpdatesEx", "RetrievePropertiesEx", "QueryConfigTarget"):
        lab.fault(method, drop_connection="after")
    (done,) = run_steps(lab, MODULE, present(D8))
    assert (statuses(done), done["changed"]) == (["added"], True), done
    # The line is dead for as long as anybody waits on it; the task has ended by then.
    lab.fault("WaitForUpdatesEx", drop_connection="before", count=12)
    (unseen,) = run_steps(lab, MODULE, present(D9))
    assert (statuses(unseen), unseen["changed"]) == (["added"], True), unseen
    assert entries(lab) == [D8, D9]
    assert reconfigurations(lab) == 2


def test_a_session_that_ends_anywhere(lab: Lab) -> None:
    for method in ("RetrievePropertiesEx", "QueryConfigTarget", "WaitForUpdatesEx"):
        lab.fault(method, expire_session=True)
    (done,) = run_steps(lab, MODULE, present(D8))
    assert statuses(done) == ["added"], done
    assert reconfigurations(lab) == 1


def test_a_task_that_takes_too_long(start_lab: Callable[..., Lab]) -> None:
    slow = start_lab(CONFIG, settings={"task_seconds": 3600})
    (answer,) = run_steps(slow, MODULE, present(D8, D9, timeout=1))
    error = error_of(answer)
    assert (error["code"], error["vm"], error["device"]) == ("task_timeout", "storage", D8)
    assert "did not end within 1 s; the task task-" in answer["msg"]
    assert "When last read, it was not in place." in answer["msg"]
    assert (statuses(answer), answer["changed"]) == (["failed", "not_tried"], False)
    assert reconfigurations(slow) == 1


@pytest.mark.parametrize("skip", [3, 4])
def test_what_was_done_counts_though_it_cannot_be_read_back(start_lab: Callable[..., Lab], skip: int) -> None:
    host = {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8]}
    lab = start_lab({"hosts": [host], "vms": [{"name": "storage", **ON, **FIT}]})
    lab.fault("RetrievePropertiesEx", drop_connection="after", skip=skip, count=2)
    (answer,) = run_steps(lab, MODULE, present(D8))
    assert entries(lab) == [D8]
    assert (answer["changed"], statuses(answer)) == (True, ["added"])
