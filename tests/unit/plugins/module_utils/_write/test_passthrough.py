# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle
from ansible_collections.directpath.nvme.plugins.module_utils._write.passthrough import set_passthrough, what_failed
from pyVmomi import vim, vmodl

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D9 = "0000:d9:00.0"


def toggle(host: HostDevices) -> HostToggle:
    return HostToggle(host, enable=True, matches=(D9,), missing=(), writes=(D9,), awaited=())


def system(error: Exception | None = None) -> Any:
    sent: list[Any] = []

    def update(config: list[Any]) -> None:
        sent.extend(config)
        if error:
            raise error

    return SimpleNamespace(UpdatePassthruConfig=update, sent=sent)


@pytest.mark.parametrize("apply_now", [None, True, False])
def test_what_is_sent(make_device: MakeDevice, make_view: MakeView, apply_now: bool | None) -> None:
    host = system()
    assert set_passthrough(host, toggle(make_view(make_device(D9))), apply_now) is None
    (item,) = host.sent
    assert (item.id, item.passthruEnabled, item.applyNow) == (D9, True, apply_now)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (vim.fault.HostConfigFault(msg="Unable to configure."), "passthrough_refused"),
        (vim.fault.NoPermission(privilegeId="Host.Config.PciPassthru"), "no_permission"),
        (vmodl.fault.HostCommunication(), "host_not_connected"),
        (DirectPathError("It was lost.", "connection_lost"), "connection_lost"),
    ],
)
def test_what_a_host_refuses(make_device: MakeDevice, make_view: MakeView, fault: Exception, code: str) -> None:
    error = set_passthrough(system(fault), toggle(make_view(make_device(D9))), None)
    assert error is not None
    assert (error.code, error.host) == (code, "esxi-01")
    assert "esxi-01" in error.msg


def test_an_account_that_may_not_see_the_settings(make_device: MakeDevice, make_view: MakeView) -> None:
    error = set_passthrough(None, toggle(make_view(make_device(D9))), None)
    assert error is not None
    assert (error.code, error.host, error.device) == ("host_not_readable", "esxi-01", D9)


@pytest.mark.parametrize(
    ("code", "applied", "told"),
    [
        (None, True, None),
        (None, False, "not_applied"),
        ("passthrough_refused", False, "passthrough_refused"),
        ("passthrough_refused", True, "passthrough_refused"),
        ("connection_lost", False, "connection_lost"),
        # Nobody heard of it, but it was done.
        ("connection_lost", True, None),
    ],
)
def test_the_read_back_has_the_last_word(
    make_device: MakeDevice, make_view: MakeView, code: str | None, applied: bool, told: str | None
) -> None:
    before, after = make_view(make_device(D9)), make_view(make_device(D9, enabled=applied))
    error = DirectPathError("It failed.", code, host="esxi-01") if code else None
    failure = what_failed(toggle(before), error, after)
    assert (failure.code if failure else None) == told


def test_a_host_that_is_gone_did_nothing(make_device: MakeDevice, make_view: MakeView) -> None:
    failure = what_failed(toggle(make_view(make_device(D9))), None, None)
    assert failure is not None
    assert failure.code == "not_applied"
