# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import BootSetting

HOST = Host("host-9", "esxi-01", "connected", True, "8.0.3", "1", "8.0.3.0")
DONE = BootSetting("passthrough", "0000:d8:00.0", "enabled", "enabled", pending=False)
WAITING = BootSetting("passthrough", "0000:d9:00.0", "enabled", "disabled", pending=True)
COOKIES = BootSetting("boot_param", "maxIntrCookies", "4096", "1024", pending=True)


def test_what_is_pending_is_told_and_the_time_is_utc() -> None:
    booted = datetime(2026, 11, 22, 8, 42, 7, 5, tzinfo=timezone(timedelta(hours=2)))
    state = BootState(HOST, booted, (DONE, WAITING), (), NO_MARK)
    assert state.as_dict() == {"boot_time": "2026-11-22T06:42:07Z", "pending": [WAITING.as_dict()]}
    assert state.with_settings([COOKIES]).pending == [COOKIES.as_dict(), WAITING.as_dict()]


def test_a_host_that_does_not_tell_when_it_booted() -> None:
    assert BootState(HOST, None, (DONE,), (), NO_MARK).as_dict() == {"boot_time": None, "pending": []}
