# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import errno
import fcntl
import os
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest.controller import (
    READS,
    Controller,
    Identity,
    Refused,
)
from health_log import FIRMWARE, MODEL, SERIAL, WORKING, Kernel, identity

PLUGINS = Path(__file__).resolve().parents[5] / "plugins"

IDENTIFY, GET_LOG_PAGE = 0x06, 0x02
"""The opcodes of the two admin commands that read; every other does or changes something, or may."""


@pytest.fixture
def node(tmp_path: Path) -> str:
    (tmp_path / "nvme0").touch()
    return str(tmp_path / "nvme0")


def test_nothing_but_two_commands_that_read_can_be_sent() -> None:
    assert {read.opcode for read in READS.values()} == {IDENTIFY, GET_LOG_PAGE}
    identify = [(read.namespace, read.cdw10, read.size) for read in READS.values() if read.opcode == IDENTIFY]
    assert identify == [(0, 1, 4096)]
    # The page of health, of the whole controller, 128 words of it.
    logs = [(read.namespace, read.cdw10 & ~0x8000, read.size) for read in READS.values() if read.opcode == GET_LOG_PAGE]
    assert logs == [(0xFFFFFFFF, 127 << 16 | 0x02, 512)] * 2


def test_only_one_line_of_the_collection_sends_commands() -> None:
    sends = []
    for file in sorted(PLUGINS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name == "ioctl":
                sends.append(file.stem)
    assert sends == ["controller"]


def test_what_is_sent(node: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel({IDENTIFY: identity(), GET_LOG_PAGE: WORKING})
    monkeypatch.setattr(fcntl, "ioctl", kernel)
    opened = Controller(node)
    try:
        assert opened.identify() == Identity(SERIAL, MODEL, FIRMWARE, 0x00010400)
        assert opened.health(0x00010400) == WORKING
        opened.health(0x00010200)
    finally:
        opened.close()
    sent = [(item["opcode"], item["namespace"], item["cdw10"], item["data_len"]) for item in kernel.asked]
    assert sent == [(6, 0, 1, 4096), (2, 0xFFFFFFFF, 0x007F8002, 512), (2, 0xFFFFFFFF, 0x007F0002, 512)]
    others = ("flags", "cdw2", "cdw3", "metadata", "metadata_len", "cdw11", "cdw12", "cdw13", "cdw14", "cdw15")
    assert not any(item[name] for item in kernel.asked for name in others)
    # Linux resets a controller whose time is over.
    assert [item["timeout_ms"] for item in kernel.asked] == [0, 0, 0]


def test_it_is_opened_to_read_and_nothing_else(node: str, monkeypatch: pytest.MonkeyPatch) -> None:
    flags: list[int] = []
    really = os.open

    def opened(path: str, mode: int) -> int:
        flags.append(mode)
        return really(path, mode)

    monkeypatch.setattr(os, "open", opened)
    Controller(node).close()
    assert flags == [os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK]


def test_a_controller_that_refuses(node: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "ioctl", Kernel({IDENTIFY: 0x2002, GET_LOG_PAGE: OSError(errno.EIO, "")}))
    opened = Controller(node)
    with pytest.raises(Refused, match="its controller refuses, with status 0x2002"):
        opened.identify()
    with pytest.raises(OSError, match=r"\[Errno 5\]"):
        opened.health(0)
    opened.close()
