# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that loses contact in the middle of a wait is not taken for one without drives, and others may work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._operations import nvme_drive_wait

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

A = "0000:d8:00.0"
PARAMS: dict[str, Any] = {
    "esxi_host_name": "esxi-01",
    "state": "pulled",
    "slot": None,
    "devices": [{"address": A}],
    "before": None,
    "known_drives": None,
    "timeout": 60,
    "adapter_timeout": 1,
    "refresh": False,
    "fail_on_other_changes": True,
}


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The operation, with a host that is seen as given, look by look, until the time is over."""

    def run(*views: HostDevices, check_mode: bool = False, **changes: Any) -> Any:
        class Watch:
            def __init__(self, *_arguments: Any) -> None:
                self.left = list(views)

            def until(self, look: Callable[[HostDevices], bool], _timeout: float) -> bool:
                while self.left:
                    if look(self.left.pop(0)):
                        return True
                return False

        monkeypatch.setattr(nvme_drive_wait, "DriveWatch", Watch)
        monkeypatch.setattr(nvme_drive_wait, "find_hosts", lambda _session, _params: [None])
        session: Any = None
        return nvme_drive_wait.operate(session, {**PARAMS, **changes}, check_mode)

    return run


def lost(view: HostDevices) -> HostDevices:
    return replace(view, host=replace(view.host, connection_state="notResponding"), devices={})


def test_a_host_that_loses_contact_has_not_lost_its_drives(
    wait: Callable[..., Any], make_view: MakeView, make_device: MakeDevice
) -> None:
    there, away = make_view(make_device(A)), make_view()
    with pytest.raises(DirectPathError) as error:
        wait(there, lost(there))
    assert error.value.code == "host_not_connected"
    assert error.value.result["hosts"][0]["pulled"] == []

    with pytest.raises(DirectPathError) as error:
        wait(there, lost(there), there)
    assert error.value.code == "wait_timeout"

    (host,) = wait(there, lost(there), away).result["hosts"]
    assert [row["address"] for row in host["pulled"]] == [A]


def test_a_host_that_cannot_be_asked_at_first_ends_the_wait(
    wait: Callable[..., Any], make_view: MakeView, make_device: MakeDevice
) -> None:
    for hidden, code in (
        (lost(make_view(make_device(A))), "host_not_connected"),
        (make_view(unreadable=("hardware.pciDevice",)), "host_not_readable"),
    ):
        with pytest.raises(DirectPathError) as error:
            wait(hidden, make_view())
        assert error.value.code == code


def test_a_host_that_left_the_inventory(wait: Callable[..., Any]) -> None:
    with pytest.raises(DirectPathError) as error:
        wait()
    assert error.value.code == "object_gone"


def test_others_may_work_on_the_host_where_that_is_said(
    wait: Callable[..., Any], make_view: MakeView, make_device: MakeDevice
) -> None:
    other = make_device("0000:d9:00.0")
    looks = make_view(make_device(A), other), make_view(make_device(A)), make_view()
    with pytest.raises(DirectPathError) as error:
        wait(*looks)
    assert (error.value.code, error.value.device) == ("unexpected_change", "0000:d9:00.0")
    outcome = wait(*looks, fail_on_other_changes=False)
    (host,) = outcome.result["hosts"]
    assert [row["address"] for row in host["other_changes"]] == ["0000:d9:00.0"]
    assert "pulled: 0000:d9:00.0" in outcome.warnings[0]
