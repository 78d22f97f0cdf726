# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a run as one short line for each change, and in full what failed. Used by the demo."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: brief
type: stdout
short_description: One line for each change
description:
  - Prints the plays, and a line for every task that changed something or failed.
  - Appends the fact C(hotplug_verify_table) to the file named by E(BRIEF_TABLE_FILE), as JSON lines.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "brief"

    _play = ""
    _started = 0.0

    def v2_playbook_on_play_start(self, play: Any) -> None:
        # A play that rolls over its hosts starts once for each batch of them.
        if play.get_name() != self._play:
            self._play = play.get_name()
            self._display.display(f"  {self._play}")

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._started = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        answer = result._result
        if answer.get("changed"):
            self._line(result, f"({time.monotonic() - self._started:.1f} s)")
        table = answer.get("ansible_facts", {}).get("hotplug_verify_table")
        if table is not None and "BRIEF_TABLE_FILE" in os.environ:
            with open(os.environ["BRIEF_TABLE_FILE"], "a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in table)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._line(result, f"FAILED: {result._result.get('msg', '')}")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._line(result, f"UNREACHABLE: {result._result.get('msg', '')}")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        changes, failures = sum(stats.changed.values()), sum(stats.failures.values()) + sum(stats.dark.values())
        self._display.display(f"  {changes} changes, {failures} failures")

    def _line(self, result: Any, text: str) -> None:
        # The file that a task is in, before the bar, says nothing to a spectator.
        name = result._task.get_name().rsplit(" : ", 1)[-1].rsplit(" | ", 1)[-1]
        self._display.display(f"    {result._host.get_name():<12} {name} {text}")
