# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source pulled_drives: each change is told once, whatever becomes of answers, sessions and the source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import (
    ATTRIBUTE,
    Remembered,
    encode_memory,
)
from background import until
from event_source import Background, source
from labclient import Lab
from pulled import D8, D9, DA, ESXI, SPARE, VM_NAME
from pyVmomi import vim
from vsphere import content

WAIT = "WaitForUpdatesEx"


def told(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(event["type"], event["host"], event["vm"], event["address"], event["stale_entry"]) for event in events]


def remember(lab: Lab, host: str, drive: dict[str, Any]) -> None:
    """Have vCenter keep the serial number of a drive."""
    kept = encode_memory([Remembered(drive["serial"], drive["address"], drive["vendor_device"])])
    with content(lab) as found:
        fields = found.customFieldsManager
        key = fields.AddCustomFieldDef(ATTRIBUTE, vim.HostSystem).key
        (moid,) = (item["moid"] for item in lab.state()["hosts"] if item["name"] == host)
        fields.SetField(vim.HostSystem(moid, found.rootFolder._stub), key, kept)


def test_every_change_is_told_once(lab: Lab, tmp_path: Path) -> None:
    expected: list[tuple[Any, ...]] = []

    def then(background: Background, act: Callable[[], object], *events: tuple[Any, ...]) -> None:
        expected.extend(events)
        act()
        until(lambda: len(background.events()) >= len(expected), f"an event: {events}")
        assert told(background.events()) == expected

    state = str(tmp_path / "state.json")
    # Passthrough hides the serial number from the host, so it is known by what was remembered.
    (known,) = (drive for drive in lab.state()["hosts"][0]["devices"] if drive["address"] == D9)
    remember(lab, ESXI, known)
    lab.stats(reset=True)
    with source(lab, tmp_path, state_file=state) as first:
        # What nobody has to be told of: a drive that is there, and a VM with it.
        assert first.events() == []
        pulled = ("drive_pulled", ESXI, VM_NAME, D9, True)
        then(first, lambda: lab.pull(ESXI, D9, keep_vm_entry=True), pulled)
        event = first.events()[0]
        assert (event["serial"], event["slot"]) == (known["serial"], str(known["slot"]))
        assert (event["vendor_device"], event["in_vm"], event["server"]) == ("144d:a80a", True, lab.host)

        # The session ends, and a drive is pulled before there is another.
        lab.fault(WAIT, expire_session=True)
        then(first, lambda: lab.insert(ESXI, address=D9), ("drive_inserted", ESXI, VM_NAME, D9, True))
        then(first, lambda: lab.pull(SPARE, DA), ("drive_pulled", SPARE, None, DA, False))

        # The answers that tell of it are lost on their way.
        lab.fault(WAIT, drop_connection="after", count=2)
        then(first, lambda: lab.insert(SPARE, address=DA), ("drive_inserted", SPARE, None, DA, False))
        then(first, lambda: lab.pull(SPARE, DA), ("drive_pulled", SPARE, None, DA, False))
        assert first.stop() != 0

    # Nobody watches meanwhile. At the start what is left is told once more, and only that.
    lab.pull(ESXI, D8, keep_vm_entry=True)
    lab.insert(SPARE, address=DA)
    with source(lab, tmp_path, state_file=state) as second:
        while_away = [("drive_pulled", ESXI, VM_NAME, D8, True), ("drive_inserted", SPARE, None, DA, False)]
        left = ("entry_left", ESXI, VM_NAME, D9, True)
        then(second, lambda: None, *while_away, left)
    with source(lab, tmp_path, state_file=state) as third:
        then(third, lambda: None, ("entry_left", ESXI, VM_NAME, D8, True), left)
    # One for each start, for the session that ended, and for each answer that was lost.
    assert lab.stats()["calls"]["Login"] == 6

    everything = [*(first.output, first.log), Path(state).read_text(encoding="utf-8")]
    assert not [text for text in everything if lab.password in text]
    assert Path(state).stat().st_mode & 0o077 == 0


def test_an_account_that_is_refused_is_not_tried_again(lab: Lab, tmp_path: Path) -> None:
    with source(lab, tmp_path, password="not this one") as refused:
        assert refused.process.wait(timeout=60) != 0
    assert "authentication_failed" not in refused.log
    assert "wrong user name or password" in refused.log
    assert "not this one" not in refused.log
    assert lab.stats()["calls"]["Login"] == 1
