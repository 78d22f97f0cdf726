# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse
from ansible_collections.directpath.nvme.plugins.module_utils._guest import command
from ansible_collections.directpath.nvme.plugins.module_utils._guest.programs import (
    lost_of_pools,
    lspci_lines,
    volume_groups,
    zfs_drives,
)
from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import NotSeen

Program = Callable[..., None]

ODD = {
    "nothing": b"",
    "a newline": b"\n",
    "cut off": b"/dev/nvme0n1",
    "binary": bytes(range(256)),
    "separators alone": b"|\t|\n\t\t\n  |  |  \n",
    "other line ends": "a\rb\x0cc\x85d\u2028e\u00a0f\n".encode(),
    "no UTF-8": b"\xff\xfe\n\t\xff\t\n|\xff\n",
    "very long": b"x" * 3_000_000 + b"\n",
    "another language": "  /dev/nvme0n1 Datenträger fehlt\n".encode("latin-1"),
}


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A machine with one program, a script that prints these bytes, and nothing else."""
    monkeypatch.setattr(command, "FOLDERS", (str(tmp_path),))

    def install(name: str, output: bytes = b"", script: str = "") -> None:
        (tmp_path / "output").write_bytes(output)
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script or f'exec cat {tmp_path}/output'}\n", encoding="utf-8")
        path.chmod(0o755)

    return install


@pytest.mark.parametrize("output", ODD.values(), ids=ODD)
@pytest.mark.parametrize(("name", "ask"), [("pvs", volume_groups), ("zpool", zfs_drives), ("lspci", None)])
def test_no_output_of_a_program_is_an_error(
    program: Program, name: str, ask: Callable[[NotSeen], Any] | None, output: bytes
) -> None:
    program(name, output)
    missed = NotSeen()
    answer = ask(missed) if ask else lspci_lines()
    assert answer is not None
    assert missed == []


def test_volume_groups(program: Program) -> None:
    program("pvs", b"  /dev/nvme0n1|idle-vg\n  /dev/nvme1n1|\n  [unknown]|idle-vg\n")
    assert volume_groups(NotSeen()) == [("idle-vg", "/dev/nvme0n1"), ("", "/dev/nvme1n1"), ("idle-vg", "[unknown]")]


def test_lvm_is_asked_past_its_own_filters_and_in_english(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    program("pvs", script=f"""echo "$LC_ALL $*" > {tmp_path}/asked""")
    assert volume_groups(NotSeen()) == []
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert asked.startswith("C --foreign --shared --config devices { filter=[")
    for setting in ("global_filter=[", "use_devicesfile=0", 'hints="none"'):
        assert setting in asked


def test_a_pool_and_its_drives(program: Program) -> None:
    output = b"my tank\t1G\t-\n\tmirror-0\t1G\n\t/dev/sda1\t1G\n\t/dev/sdb1\t1G\nlogs   -   -\n\t/dev/nvme0n1\t1G\n"
    program("zpool", output)
    assert zfs_drives(NotSeen()) == [("my tank", f"/dev/{disk}") for disk in ("sda1", "sdb1", "nvme0n1")]


STATUS = b"""\
  pool: fine
 state: ONLINE
  scan: none requested
config:

\tNAME                STATE     READ WRITE CKSUM
\tfine                ONLINE       0     0     0
\t  /dev/nvme3n1p1    ONLINE       0     0     0

  pool: my-tank
 state: DEGRADED
status: One or more devices has been removed by the administrator.
config:

\tNAME                STATE     READ WRITE CKSUM
\tmy-tank             DEGRADED     0     0     0
\t  mirror-0          DEGRADED     0     0     0
\t    /dev/nvme0n1p1  REMOVED      0     0     0
\t    /dev/nvme1n1p1  OFFLINE      0     0     0
\t  mirror-1          DEGRADED     0     0     0
\t    1234567890      UNAVAIL      0     0     0  was /dev/disk/by-id/nvme-S64-part1
\t    /dev/nvme2n1p1  FAULTED      0     0     0  too many errors
\tlogs
\t  /dev/nvme4n1p1    UNAVAIL      0     0     0  cannot open

  pool: bad
 state: UNAVAIL
config:

\tNAME                STATE     READ WRITE CKSUM
\tbad                 UNAVAIL      0     0     0  insufficient replicas
\t  mirror-0          UNAVAIL      0     0     0  insufficient replicas
\t    nvme5n1         UNAVAIL      0     0     0  cannot open
"""


def test_drives_that_pools_lack(program: Program) -> None:
    program("zpool", STATUS)
    lost = ["nvme0n1p1", "disk/by-id/nvme-S64-part1", "nvme4n1p1"]
    expected = [*(LostUse("zfs", "my-tank", drive, True) for drive in lost), LostUse("zfs", "bad", "nvme5n1", False)]
    assert lost_of_pools() == expected


def test_a_zpool_that_does_not_know_how_to_show_paths(program: Program, tmp_path: Path) -> None:
    script = f'[ "$*" = status ] && exec cat {tmp_path}/output; echo "invalid option" >&2; exit 2'
    program("zpool", script=script)
    (tmp_path / "output").write_bytes(STATUS)
    assert len(lost_of_pools()) == 4


@pytest.mark.parametrize("output", ODD.values(), ids=ODD)
def test_no_status_of_a_pool_is_an_error(program: Program, output: bytes) -> None:
    program("zpool", output + b"pool: x\n\tUNAVAIL\n\tUNAVAIL UNAVAIL was\nstate: \n" + output)
    assert [use.kind for use in lost_of_pools()] == ["zfs"]


def test_a_drive_that_a_pool_was_told_to_let_go_of_is_free(program: Program) -> None:
    columns = "\t".join("-" * 8)
    rows = [("nvme0n1", "ONLINE"), ("nvme1n1", "OFFLINE"), ("nvme2n1", "FAULTED")]
    program(
        "zpool", "".join(["tank\t1G\n", *(f"\t/dev/{drive}\t{columns}\t{state}\n" for drive, state in rows)]).encode()
    )
    assert zfs_drives(NotSeen()) == [("tank", "/dev/nvme0n1"), ("tank", "/dev/nvme2n1")]


def test_lspci_by_address(program: Program) -> None:
    line = "0000:0b:00.0 Non-Volatile memory controller [0108]: Größe\u2028X [144d:a80a]"
    program("lspci", f"{line}\n\n0000:0c:00.0 Other\n".encode())
    assert lspci_lines() == {"0000:0b:00.0": line, "0000:0c:00.0": "0000:0c:00.0 Other"}


def test_a_program_that_fails_has_not_answered(program: Program) -> None:
    program("zpool", script="echo tank; exit 1")
    missed = NotSeen()
    assert zfs_drives(missed) == []
    assert missed == ["which drives belong to ZFS pools (zpool is not there, or fails: see what it says)"]


def test_a_program_that_hangs_is_given_up(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What hangs on a drive holds its pipe, and is not waited for either."""
    monkeypatch.setattr(command, "TIMEOUT", 0.1)
    os.mkfifo(tmp_path / "never")
    program("pvs", script=f"exec /bin/cat {tmp_path}/never")
    missed = NotSeen()
    assert volume_groups(missed) == []
    assert len(missed) == 1


def test_what_is_no_program(program: Program, tmp_path: Path) -> None:
    program("lspci")
    (tmp_path / "lspci").write_bytes(b"\x7fELF")
    assert lspci_lines() is None
