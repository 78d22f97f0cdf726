# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a host depends on its boot: when it was, and what waits for the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import Mark
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import BootSetting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm


@dataclass(frozen=True)
class BootState:
    """A host as far as a reboot is concerned.

    :param boot_time: when it has booted; None where it does not tell.
    :param settings: those that come into force with a reboot and count for the decision.
    :param running: the VMs that run on it.
    """

    host: Host
    boot_time: datetime | None
    settings: tuple[BootSetting, ...]
    running: tuple[RunningVm, ...]
    mark: Mark

    @property
    def pending(self) -> list[dict[str, str]]:
        """The settings that wait for a reboot, as results show them."""
        return [setting.as_dict() for setting in self.settings if setting.pending]

    def as_dict(self) -> dict[str, Any]:
        """As results and the diff show it; the time is ISO 8601, UTC."""
        time_text = self.boot_time and self.boot_time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"boot_time": time_text, "pending": self.pending}

    def with_settings(self, settings: Sequence[BootSetting]) -> BootState:
        """The same state with more settings, before those that it has."""
        return replace(self, settings=(*settings, *self.settings))
