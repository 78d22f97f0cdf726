# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of a device that a lab does not have: raw device mappings, and a boot disk that only esxcli knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices, Lun
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice, owners_by_address
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_passthrough_toggle import _failure
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough import HostPlan
from ansible_collections.directpath.nvme.plugins.module_utils._read import use
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault
from pyVmomi import vim

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
LUNS = {D8: (Lun("t10.d8", "uuid-d8"),), D9: (Lun("t10.d9", "uuid-d9"),)}
NO_SESSION: Any = None

DOUBT = Use("unknown", "the host does not tell which disk it boots from")


class Cli:
    """esxcli of the host: it answers ``storage core device list``, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *rows: dict[str, str], error: Exception | None = None) -> None:
        self.calls: list[str] = []
        self.rows, self.error = list(rows), error
        monkeypatch.setattr(use, "EsxCli", lambda *_arguments: self)

    def call(self, namespace: str, method: str) -> list[dict[str, str]]:
        self.calls.append(f"{namespace}.{method}")
        if self.error:
            raise self.error
        return self.rows


def uses(view: HostDevices) -> dict[str, tuple[Use, ...]]:
    return {address: device.uses for address, device in view.devices.items()}


def test_raw_device_mappings(make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]))
    found = users_on_host(NO_SESSION, view, [make_vm(), make_vm(name="db", raw_disks=("uuid-d9",))], [D8])
    assert uses(found) == {D8: (), D9: (Use("rdm", "db"),)}


def test_the_boot_disk_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView
) -> None:
    boot, other = {"Device": "t10.d8", "IsBootDevice": "true"}, {"Device": "t10.d9", "IsBootDevice": "false"}
    cli = Cli(monkeypatch, boot, other)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]), boot_disk_known=False)
    assert uses(users_on_host(NO_SESSION, view, [], [D8, D9])) == {D8: (Use("boot", "t10.d8"),), D9: ()}
    assert cli.calls == ["storage.core.device.list"]


@pytest.mark.parametrize(
    "error",
    [
        None,
        CliFault("no such command"),
        DirectPathError("no answer", "esxcli_no_answer"),
        vim.fault.NoPermission(),
    ],
)
def test_without_an_answer_every_disk_may_be_the_boot_disk(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView, error: Exception | None
) -> None:
    Cli(monkeypatch, {"Device": "t10.d8", "IsBootDevice": "false"}, error=error)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]), boot_disk_known=False)
    found = uses(users_on_host(NO_SESSION, view, [], [D8]))
    assert found == {D8: (DOUBT,) if error else (), D9: (DOUBT,)}


@pytest.mark.parametrize(
    ("luns", "known"),
    [
        pytest.param((), False, id="no disk behind it"),
        pytest.param(LUNS[D9], True, id="boot disk known"),
    ],
)
def test_esxcli_is_spared_where_it_cannot_matter(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView, luns: Any, known: bool
) -> None:
    cli = Cli(monkeypatch)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=luns), boot_disk_known=known)
    assert users_on_host(NO_SESSION, view, [], [D9]) == view
    assert cli.calls == []


def test_a_disk_of_the_group_matters_too(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView
) -> None:
    cli = Cli(monkeypatch, {"Device": "t10.d8", "IsBootDevice": "true"})
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, dependent=D8), boot_disk_known=False)
    assert uses(users_on_host(NO_SESSION, view, [], [D9]))[D8] == (Use("boot", "t10.d8"),)
    assert cli.calls


def test_owners_running_or_not(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    entry = make_vm_device(address=D9)
    vms = [
        make_vm(name="running", power_state="poweredOn", devices=(entry, make_vm_device(address=None, dynamic=True))),
        make_vm(name="off", devices=(entry, make_vm_device(address=D8))),
        make_vm(name="none"),
    ]
    assert owners_by_address(vms) == {D9: ["running", "off"], D8: ["off"]}


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
    plan = HostPlan(before, (D9,), (), (D9,), ())
    error = DirectPathError("It failed.", code, host="esxi-01") if code else None
    failure = _failure(plan, error, after, enable=True)
    assert (failure.code if failure else None) == told


def test_a_host_that_is_gone_did_nothing(make_device: MakeDevice, make_view: MakeView) -> None:
    failure = _failure(HostPlan(make_view(make_device(D9)), (D9,), (), (D9,), ()), None, None, enable=True)
    assert failure is not None
    assert failure.code == "not_applied"
