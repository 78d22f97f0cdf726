# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D9, DA, DB = "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"
NOT_ASKED = "not asked"


class Cli:
    """esxcli hardware pci list of one host."""

    def __init__(self, *rows: dict[str, str], error: Exception | None = None) -> None:
        self.rows, self.error, self.calls = list(rows), error, 0

    def call(self, *command: str) -> list[dict[str, str]]:
        assert command == ("hardware.pci", "list")
        self.calls += 1
        if self.error:
            raise self.error
        return self.rows


def row(address: str, slot: str, description: str = "") -> dict[str, str]:
    return {"Address": address, "PhysicalSlot": slot, "SlotDescription": description}


def ask(view: HostDevices, cli: Any) -> HostDevices:
    return with_slots(cli, view)


def test_slots_of_a_host_whose_properties_do_not_tell_them(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9), make_device(DA), make_device(DB), slots_unread=NOT_ASKED)
    seen = ask(view, Cli(row(D9, "5", " NVMe Bay 5 "), row(DA, "-1", "NIC2")))
    found = {address: (device.slot, device.slot_description) for address, device in seen.devices.items()}
    assert found == {D9: ("5", "NVMe Bay 5"), DA: (None, None), DB: (None, None)}
    assert seen.slots_unread is None


def test_who_tells_them_is_not_asked_again(make_device: MakeDevice, make_view: MakeView) -> None:
    view, cli = make_view(make_device(D9, slot="5")), Cli(row(D9, "6"))
    assert ask(view, cli) is view
    assert cli.calls == 0


@pytest.mark.parametrize("slot", ["", "-1", "4294967295"])
def test_what_is_no_slot(make_device: MakeDevice, make_view: MakeView, slot: str) -> None:
    view = ask(make_view(make_device(D9), slots_unread=NOT_ASKED), Cli(row(D9, slot, "NIC2")))
    assert view.devices[D9] == make_device(D9)


def test_a_host_that_does_not_answer_says_why(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9), slots_unread=NOT_ASKED)
    seen = ask(view, Cli(error=CliFault("no such command")))
    assert seen == replace(view, slots_unread="esxcli could not be asked (no such command)")
