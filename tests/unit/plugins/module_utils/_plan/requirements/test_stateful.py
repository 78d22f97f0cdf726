# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import INSTALL
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.stateful import stateful
from readiness_facts import but

NIC = "00:50:56:00:00:01"
DISK = {"BootFilesystemUUID": "189b6dad", "BootNIC": "", "StatelessBootNIC": ""}
NOTHING = {"BootFilesystemUUID": "", "BootNIC": "", "StatelessBootNIC": ""}
FAILED = Unreadable("no such command")


@pytest.mark.parametrize(
    ("boot", "status", "evidence"),
    [
        (Boot(DISK), "pass", "The host boots from disk (BootFilesystemUUID 189b6dad)."),
        (Boot(DISK, from_stateless_cache=False), "pass", "boots from disk"),
        (Boot({**DISK, "BootNIC": NIC}, "stateful"), "pass", "is installed to disk (UserVars.ImageCachedSystem is"),
        (Boot({**DISK, "StatelessBootNIC": NIC}, "stateful"), "pass", f"(StatelessBootNIC {NIC}), but is installed"),
        (Boot({**DISK, "BootNIC": NIC}, None), "fail", "is stateless: it has no UserVars.ImageCachedSystem."),
        (Boot({**NOTHING, "StatelessBootNIC": NIC}, None), "fail", "is stateless: it has no"),
        (Boot({**NOTHING, "StatelessBootNIC": NIC}, "stateless"), "fail", "is stateless (UserVars"),
        (Boot({**DISK, "StatelessBootNIC": NIC}, "stateless"), "fail", "with a cache on disk (UserVars.ImageCachedSys"),
        (Boot({**DISK, "BootNIC": NIC}, ""), "fail", "(UserVars.ImageCachedSystem is '')"),
        (Boot({**DISK, "BootNIC": NIC}, FAILED), "unknown", "UserVars.ImageCachedSystem cannot be read: no such"),
        (Boot(NOTHING), "unknown", "names no boot device"),
        (Boot({}), "unknown", "names no boot device"),
        (Boot(NOTHING, from_stateless_cache=False), "unknown", "names no boot device"),
        (Boot(FAILED), "unknown", "It could not be read: no such command."),
        (Boot(FAILED, from_stateless_cache=False), "unknown", "could not be read"),
        # The host's word for stateless is never outweighed by the silence, or the praise, of another place.
        (Boot(FAILED, from_stateless_cache=True), "fail", "bootedFromStatelessCache"),
        (Boot(DISK, from_stateless_cache=True), "fail", "bootedFromStatelessCache"),
        (Boot({**DISK, "BootNIC": NIC}, "stateful", from_stateless_cache=True), "fail", "bootedFromStatelessCache"),
    ],
)
def test_how_the_host_boots(boot: Boot, status: str, evidence: str) -> None:
    seen = stateful(but(boot=boot))
    assert seen.status == status
    assert evidence in str(seen.evidence)
    assert (seen.remedy == INSTALL) == (status == "fail")


@pytest.mark.parametrize(
    ("device", "network"),
    [
        (FAILED, ""),
        ({}, ""),
        (DISK, ""),
        ({"BootNIC": NIC}, f"BootNIC {NIC}"),
        ({"BootNIC": NIC, "StatelessBootNIC": "x"}, f"BootNIC {NIC}, StatelessBootNIC x"),
    ],
)
def test_either_network_card_means_network_boot(device: dict[str, str] | Unreadable, network: str) -> None:
    assert Boot(device).network == network
