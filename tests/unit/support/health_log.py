# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NVMe controllers answer, byte by byte as the base specification has it, and a kernel that passes it on."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Mapping
from typing import Any

WORKING = bytes.fromhex(
    # critical warning, 311 K, spare, its threshold, used, endurance groups; reserved up to 31
    "00 3701 64 0a 03 00 00000000000000000000000000000000000000000000000000"
    "15cd5b07000000000000000000000000"  # data units read
    "00000000000000000100000000000000"  # data units written: 2 ** 64
    "d2029649000000000000000000000000"  # host reads
    "efcdab89000000000000000000000000"  # host writes
    "39050000000000000000000000000000"  # minutes that the controller was busy
    "25000000000000000000000000000000"  # power cycles
    "4a220000000000000000000000000000"  # power on hours
    "07000000000000000000000000000000"  # unsafe shutdowns
    "00000000000000000000000000000000"  # media errors
    "0b000000000000000000000000000000"  # entries of the error log
    "05000000 01000000"  # minutes above the warning and the critical temperature
    "3701 3f01 0000 0000 0000 0000 0000 0000"  # sensors
) + bytes(512 - 216)
"""Of a drive that works, and has for a year."""

SERIAL, MODEL, FIRMWARE = "S64GNE0R605171", "SAMSUNG MZQL21T9HCJR-00A07", "GDC5602Q"


def changed(*changes: tuple[int, bytes], log: bytes = WORKING) -> bytes:
    """The log with other bytes from a place on."""
    data = bytearray(log)
    for at, new in changes:
        data[at : at + len(new)] = new
    return bytes(data)


def identity(serial: str = SERIAL, model: str = MODEL, firmware: str = FIRMWARE, version: int = 0x00010400) -> bytes:
    """What Identify Controller answers, as far as it is read; texts are padded with blanks."""
    texts = f"{serial:<20}{model:<40}{firmware:<8}".encode("ascii")
    return changed((0, b"\x4d\x14\x4d\x14"), (4, texts), (80, version.to_bytes(4, "little")), log=bytes(4096))


class Kernel:
    """Stands in for fcntl.ioctl: keeps what it is asked, and has the controller answer.

    :param answers: by opcode: bytes, a status of NVMe, or an exception.
    """

    def __init__(self, answers: Mapping[int, Any]) -> None:
        self.answers = answers
        self.asked: list[dict[str, int]] = []

    def __call__(self, _file: int, request: int, command: bytearray) -> int:
        assert (request, len(command)) == (0xC0484E41, 72)
        found = struct.unpack_from("=BBHIIIQQII6III", command)
        names = (
            "opcode",
            "flags",
            "reserved",
            "namespace",
            "cdw2",
            "cdw3",
            "metadata",
            "data",
            "metadata_len",
            "data_len",
        )
        words = (*(f"cdw{number}" for number in range(10, 16)), "timeout_ms", "result")
        asked = dict(zip((*names, *words), found))
        self.asked.append(asked)
        answer = self.answers[asked["opcode"]]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return answer
        assert len(answer) <= asked["data_len"]
        ctypes.memmove(asked["data"], bytes(answer), len(answer))
        return 0
