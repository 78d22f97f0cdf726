# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import of_passthrough
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_judge import HostInDepth, judge_host
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle, choose_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Verdict,
    text,
)

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
WANTED = DesiredHost("one", "esxi-01", None, (), True, frozenset(), {}, False, False)
BOOTED = datetime(2026, 11, 22, 6, 42, 7, tzinfo=timezone.utc)
DB = RunningVm("db-01", "vm-1", has_passthrough=True, moved_by_drs=True)
APP = RunningVm("app-01", "vm-2", has_passthrough=False, moved_by_drs=False)
MOVED = RunningVm("web-01", "vm-3", has_passthrough=False, moved_by_drs=True)


def verdict(name: str, status: str) -> Verdict:
    row = Requirement[None](name, "a title", "here", lambda _: Seen(status, text("it is so.")), (status,), "Mend it.")
    return row.judge(None)


def toggles(view: HostDevices, address: str = D8) -> tuple[HostToggle, ...]:
    return choose_devices([view], [Selector(address=address)], enable=True).steps


def boot(view: HostDevices, *running: RunningVm, **changes: Any) -> BootState:
    return replace(BootState(view.host, BOOTED, (), running, NO_MARK), **changes)


def judged(
    view: HostDevices, wanted: DesiredHost = WANTED, steps: tuple[HostToggle, ...] = (), **depth: Any
) -> Plan[Any]:
    facts: dict[str, Any] = {"devices": view, "owners": Owners(), "verdicts": [], "boot": None}
    return judge_host(wanted, steps, HostInDepth(**{**facts, **depth}))


def errors(plan: Plan[Any]) -> list[tuple[str, str | None]]:
    assert not any(obstacle.mendable for obstacle in plan.obstacles)
    return [(obstacle.error.code, obstacle.error.requirement) for obstacle in plan.obstacles]


def test_nothing_in_the_way_is_nothing_said(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8))
    fit = [verdict("P1", PASS), verdict("P4", ATTESTED), verdict("P2", FAIL), verdict("Q2", UNKNOWN)]
    assert judged(view, steps=toggles(view), verdicts=fit, boot=boot(view, MOVED)) == Plan()


@pytest.mark.parametrize("status", [FAIL, UNKNOWN, WARN])
@pytest.mark.parametrize("name", ["P1", "P4", "Q8"])
def test_what_the_operator_has_to_provide_is_asked_for_first(
    make_device: MakeDevice, make_view: MakeView, name: str, status: str
) -> None:
    view = make_view(make_device(D8, uses=(Use("vmfs", "local"),)))
    plan = judged(view, steps=toggles(view), verdicts=[verdict(name, status)], boot=boot(view, DB))
    assert errors(plan) == [("host_not_fit", name), ("device_in_use", "P5"), ("host_pinned", "P3")]
    assert all(obstacle.error.host == "esxi-01" for obstacle in plan.obstacles)
    assert f"{name} (a title): {status}, it is so." in str(plan.obstacles[0].error)
    assert str(plan.obstacles[0].error).endswith("Mend it.")


def test_what_is_known_to_bite_is_told_of_a_host_that_has_steps(make_view: MakeView) -> None:
    rows = [verdict(name, WARN) for name in ("drift", "builds", "vmd", "dependents", "N6", "tasks")]
    plan = judged(make_view(), verdicts=[*rows, verdict("drift", UNKNOWN), verdict("builds", PASS)])
    assert [note.id for note in plan.notes] == ["drift", "builds", "vmd", "dependents"]
    assert {note.message for note in plan.notes} == {"Host esxi-01: it is so. Mend it."}
    assert plan.obstacles == ()


def test_users_are_those_that_were_read_last(make_device: MakeDevice, make_view: MakeView) -> None:
    steps = toggles(make_view(make_device(D8)))
    now = make_view(make_device(D8, uses=(Use("vmfs", "local"),)))
    assert errors(judged(now, steps=steps)) == [("device_in_use", "P5")]
    owned = judged(make_view(make_device(D8)), steps=steps, owners=Owners({D8: ["db-01"]}))
    assert "VM db-01 has it" in str(owned.obstacles[0].error)


def test_foreign_data_may_be_lost_on_a_word_of_its_own_only(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, uses=(Use("foreign", "partition 1 (linuxNative)"),)))
    assert errors(judged(view, steps=toggles(view))) == [("foreign_data", "P5")]
    allowed = judged(view, replace(WANTED, allow_foreign_data=frozenset({D8})), toggles(view))
    assert allowed.obstacles == ()
    assert "WITH THE DATA ON IT" in allowed.notes[0].message


class TestReboot:
    def test_a_host_that_is_not_in_maintenance_mode_yet_is_no_obstacle(self, make_view: MakeView) -> None:
        assert judged(make_view(), boot=boot(make_view())) == Plan()

    def test_vms_that_pin_the_host_are_named_in_an_order_of_their_own(self, make_view: MakeView) -> None:
        view = make_view()
        plan = judged(view, boot=boot(view, DB, MOVED, APP))
        assert errors(plan) == [("host_pinned", "P3")]
        text = str(plan.obstacles[0].error)
        assert text.index("app-01 (") < text.index("db-01 (")
        assert "web-01" not in text
        assert text == str(judged(view, boot=boot(view, APP, DB)).obstacles[0].error)

    def test_they_may_be_shut_down_if_the_operator_says_so(self, make_view: MakeView) -> None:
        view = make_view()
        assert judged(view, replace(WANTED, shutdown_vms=True), boot=boot(view, DB)) == Plan()

    def test_a_host_whose_return_nobody_could_tell_is_not_rebooted(self, make_view: MakeView) -> None:
        view = make_view()
        assert errors(judged(view, boot=boot(view, boot_time=None))) == [("boot_time_unknown", "P3")]

    def test_it_takes_no_drive_from_its_user(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D9, enabled=True, uses=(Use("vmfs", "local"),)))
        pending = (of_passthrough(D9, True, False),)
        plan = judged(view, boot=boot(view, settings=pending))
        assert errors(plan) == [("device_in_use", "P5")]
        assert "the reboot would take it" in str(plan.obstacles[0].error)


def test_what_could_not_be_read_stands_in_the_place_of_the_verdicts(
    make_device: MakeDevice, make_view: MakeView
) -> None:
    error = DirectPathError("No answer.", "esxcli_no_answer", host="esxi-01", remedy="Ask again.")
    view = make_view(make_device(D8, uses=(Use("vmfs", "local"),)))
    plan = judged(view, steps=toggles(view), unread=error)
    assert plan.obstacles[0].error is error
    assert errors(plan) == [("esxcli_no_answer", None), ("device_in_use", "P5")]
