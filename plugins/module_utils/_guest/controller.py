# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the controller of a drive who it is and how it is. Runs in the guest: standard library only.

Only the commands of READS can be sent, and all of them only read.
"""

from __future__ import annotations

import array
import fcntl
import os
import struct
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import value

_ADMIN_COMMAND = 0xC0484E41
"""NVME_IOCTL_ADMIN_CMD of linux/nvme_ioctl.h, which takes a struct nvme_passthru_cmd."""

_PASSTHRU = struct.Struct("=BBHIIIQQII6III")
"""opcode, flags, reserved, namespace, cdw2, cdw3, metadata, data, metadata_len, data_len, cdw10 to 15, timeout_ms,
result: 72 bytes."""

_KEEP_EVENT = 1 << 15
"""Retain Asynchronous Event: a warning that the drive has sent to somebody who watches it stays unread. From NVMe 1.3
on; before, the bit is reserved."""

_NVME_1_3 = 0x00010300


@dataclass(frozen=True)
class Read:
    """An admin command that reads.

    :param size: bytes of its answer.
    """

    opcode: int
    namespace: int
    cdw10: int
    size: int


READS = {
    "identify": Read(0x06, 0, 0x01, 4096),
    "health": Read(0x02, 0xFFFFFFFF, (512 // 4 - 1) << 16 | _KEEP_EVENT | 0x02, 512),
    "health of old": Read(0x02, 0xFFFFFFFF, (512 // 4 - 1) << 16 | 0x02, 512),
}
"""Identify Controller, and Get Log Page with the page of the whole controller's health."""


@dataclass(frozen=True)
class Identity:
    """Who a controller is, as it says itself; without padding.

    :param version: of NVMe, as its register has it: 0x00010400 for 1.4. Controllers before 1.2 tell 0.
    """

    serial: str
    model: str
    firmware: str
    version: int

    @classmethod
    def of(cls, data: bytes) -> Identity:
        """Of the 4096 bytes of Identify Controller."""
        version = int.from_bytes(data[80:84], "little")
        serial, model, firmware = (value(data[at:end].split(b"\0")[0]) for at, end in ((4, 24), (24, 64), (64, 72)))
        return cls(serial, model, firmware, version)


class Refused(Exception):
    """The controller does not do it; the message has its status."""


class Controller:
    """An open controller. Each method may take as long as the kernel lets it, see ``_send``."""

    def __init__(self, path: str) -> None:
        """:raises OSError: it cannot be opened; EAGAIN while the kernel does not have it live."""
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)

    def identify(self) -> Identity:
        """:raises OSError: the kernel refuses. :raises Refused: the controller does."""
        return Identity.of(self._send("identify"))

    def health(self, version: int) -> bytes:
        """The log of its health, for a controller of this version of NVMe. Raises as ``identify``."""
        return self._send("health" if version >= _NVME_1_3 else "health of old")

    def close(self) -> None:
        os.close(self._file)

    def _send(self, name: str) -> bytes:
        """No time limit is set: when one is over, Linux resets the controller, under whoever uses the drive. That is
        not for somebody who only looks. The kernel's own (``nvme_core.admin_timeout``, 60 s) stays.
        """
        read = READS[name]
        # Not ctypes, which small installations of Python lack.
        data = array.array("B", bytes(read.size))
        where, _length = data.buffer_info()
        command = bytearray(
            _PASSTHRU.pack(
                *(read.opcode, 0, 0, read.namespace, 0, 0, 0, where, 0, read.size),
                *(read.cdw10, 0, 0, 0, 0, 0, 0, 0),
            )
        )
        status = fcntl.ioctl(self._file, _ADMIN_COMMAND, command)
        if status:
            raise Refused(f"its controller refuses, with status {status:#x}")
        return data.tobytes()
