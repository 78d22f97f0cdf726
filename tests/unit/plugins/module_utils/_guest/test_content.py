# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest.content import Content, contents

SIZE = 4 * 1024 * 1024
MD = b"\xfc\x4e\x2b\xa9"
MDA = 4096
"""Where the metadata area of a physical volume usually is."""

Make = Callable[[Mapping[int, bytes]], str]


@pytest.fixture
def disk(tmp_path: Path) -> Make:
    """The path of a disk of zeros, but for what is at the given places."""

    def make(parts: Mapping[int, bytes], size: int = SIZE) -> str:
        path = tmp_path / "disk"
        with path.open("wb") as file:
            file.truncate(size)
            for at, data in parts.items():
                file.seek(at)
                file.write(data)
        return str(path)

    return make


@pytest.mark.parametrize(
    ("parts", "content"),
    [
        ({1080: b"\x53\xef", 1144: b"backup\0\0"}, Content("ext", "backup")),
        ({1080: b"\x53\xef", 1144: b"sixteen-letters!"}, Content("ext", "sixteen-letters!")),
        ({0: b"XFSB", 108: b"logs"}, Content("xfs", "logs")),
        ({65600: b"_BHRfS_M", 65835: b"pool"}, Content("btrfs", "pool")),
        ({4086: b"SWAPSPACE2"}, Content("swap")),
        ({0: b"LUKS\xba\xbe\x00\x02", 24: b"secret"}, Content("luks", "secret")),
        ({0: b"LUKS\xba\xbe\x00\x01", 8: b"aes"}, Content("luks")),
        ({0: b"bluestore block device\n"}, Content("ceph")),
        ({0: MD, 32: b"host:0"}, Content("md", "host:0")),
        ({4096: MD, 4128: b"host:1"}, Content("md", "host:1")),
        ({SIZE - 8192: MD}, Content("md")),
        ({SIZE - 65536: MD}, Content("md")),
        ({SIZE - 1024: b"Intel Raid ISM Cfg Sig. 1.1.00"}, Content("imsm")),
        ({SIZE - 512: b"\xde\x11\xde\x11"}, Content("ddf")),
        ({510: b"\x55\xaa", 512: b"EFI PART", 446: b"\x00\x00\x02\x00\xee"}, Content("gpt")),
        ({510: b"\x55\xaa", 446: b"\x80"}, Content("dos")),
        ({131072: b"\x0c\xb1\xba\x00\x00\x00\x00\x00"}, Content("zfs")),
        ({0: b"a database that knows no file systems"}, Content("other")),
        ({200000: b"\x01"}, Content("other")),
    ],
)
def test_what_is_on_a_device(disk: Make, parts: dict[int, bytes], content: Content) -> None:
    assert contents(disk(parts)) == [content]


def test_a_pool_by_its_name(disk: Make) -> None:
    pair = b"\0\0\0\x04name\0\0\0\x09\0\0\0\x01\0\0\0\x04tank\0\0\0\x24\0\0\0\x20"
    assert contents(disk({131072: b"\0\0\0\0\0\xba\xb1\x0c", 16400: pair})) == [Content("zfs", "tank")]


def test_everything_that_is_there_is_told(disk: Make) -> None:
    found = contents(disk({1080: b"\x53\xef", SIZE - 65536: MD}))
    assert [item.kind for item in found] == ["ext", "md"]


@pytest.mark.parametrize("size", [0, 1, 511, 512, 4096, SIZE])
def test_an_empty_device_of_any_size(tmp_path: Path, size: int) -> None:
    path = tmp_path / "disk"
    for blank in (b"\0", b"\xff"):
        path.write_bytes(blank * size)
        assert contents(str(path)) == []


def label(sector: int = 1, areas: tuple[int, ...] = (MDA,)) -> dict[int, bytes]:
    """A label of LVM, which names where data and metadata are."""
    pairs = [(1048576, 0), (0, 0), *((area, 1044480) for area in areas), (0, 0)]
    header = b"u" * 32 + struct.pack("<Q", SIZE) + b"".join(struct.pack("<QQ", *pair) for pair in pairs)
    return {512 * sector: b"LABELONE" + struct.pack("<QII", sector, 0, 32) + b"LVM2 001" + header}


def metadata(text: bytes, offset: int = 512, flags: int = 0, area: int = MDA) -> dict[int, bytes]:
    """A metadata area whose text starts at an offset; 0 if it has none."""
    location = struct.pack("<QQII", offset, len(text), 0, flags)
    header = struct.pack("<I16sIQQ", 0, b" LVM2 x[5A%r0N*>", 1, area, 1044480) + location
    return {area: header, area + 512: text}


GROUP = b'idle-vg {\nid = "x"\n}'


@pytest.mark.parametrize(
    ("parts", "content"),
    [
        ({**label(), **metadata(GROUP)}, Content("lvm", "idle-vg", grouped=True)),
        ({**label(sector=3), **metadata(GROUP)}, Content("lvm", "idle-vg", grouped=True)),
        ({**label(), **metadata(b"", offset=0)}, Content("lvm", "", grouped=False)),
        ({**label(), **metadata(GROUP, flags=1)}, Content("lvm", "", grouped=None)),
        ({**label(), **metadata(b"\xff\xfe")}, Content("lvm", "", grouped=None)),
        ({**label(), **metadata(GROUP, offset=2**63)}, Content("lvm", "", grouped=None)),
        (label(areas=(2**63,)), Content("lvm", "", grouped=None)),
        (label(areas=()), Content("lvm", "", grouped=None)),
        (label(), Content("lvm", "", grouped=None)),
        (
            {**label(areas=(MDA, 2097152)), **metadata(b"", flags=1), **metadata(GROUP, area=2097152)},
            Content("lvm", "idle-vg", grouped=True),
        ),
    ],
)
def test_a_physical_volume_tells_its_group(disk: Make, parts: dict[int, bytes], content: Content) -> None:
    """What its label does not tell is not taken for no group."""
    assert contents(disk(parts)) == [content]


def test_a_label_at_the_very_end_of_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    path.write_bytes(b"\0" * 512 + label()[512][:40])
    assert contents(str(path)) == [Content("lvm", "", grouped=None)]
