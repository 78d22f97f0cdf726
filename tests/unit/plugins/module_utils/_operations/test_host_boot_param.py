# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a setting after its answer was lost, or a lie: what is read. esxcli is scripted here."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_boot_param import _HostWork, _write
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import plan_boot_param
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault

HOST = Host("host-1", "esxi-01", "connected", False, "8.0.1", "1", "8.0.1.0")
BEFORE = KernelSetting("maxIntrCookies", "uint32", "1024", "1024", "1024")
LOST = DirectPathError("The connection was lost.", "connection_lost", remedy="Run the play again.")
REFUSED = CliFault("Not now.")


class Cli:
    """esxcli of a host: how its set ends, and what its list says afterwards."""

    def __init__(self, ending: Exception | None, reads: str | Exception) -> None:
        self.ending, self.reads = ending, reads

    def call(self, namespace: str, method: str, args: Any = None) -> list[dict[str, str]]:
        if method == "set":
            if self.ending:
                raise self.ending
            return []
        if isinstance(self.reads, Exception):
            raise self.reads
        names = ("Name", "Type", "Configured", "Runtime", "Default")
        return [dict(zip(names, ("maxIntrCookies", "uint32", self.reads, "1024", "1024")))]


@pytest.mark.parametrize(
    ("ending", "reads", "changed", "code", "words"),
    [
        (None, "4096", True, None, ""),
        (LOST, "4096", True, None, ""),
        (LOST, "1024", False, "connection_lost", "The connection was lost."),
        (LOST, LOST, True, "connection_lost", "Whether maxIntrCookies=4096 is set on host esxi-01 could not be read."),
        (REFUSED, "1024", False, "esxcli_refused", "Host esxi-01 refused maxIntrCookies=4096: Not now."),
        (REFUSED, "4096", True, None, ""),
        (None, "1024", False, "not_applied", "it still reads 1024"),
        (None, "2048", True, "not_applied", "it still reads 2048"),
        (None, LOST, True, "connection_lost", "could not be read"),
    ],
)
def test_what_is_told_is_what_is_read(
    ending: Exception | None, reads: str | Exception, changed: bool, code: str | None, words: str
) -> None:
    cli: Any = Cli(ending, reads)
    (step,) = plan_boot_param(BEFORE, "4096", "exact", "esxi-01").steps
    done = _write(_HostWork(HOST, cli, BEFORE, step))
    result = done.result()
    assert result["changed"] is changed
    assert result["parameter"]["configured"] == (reads if isinstance(reads, str) else "1024")
    assert (done.error and done.error.code) == code
    assert words in str(done.error or "")
