# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write every task result as one JSON line, so that tests can look at what modules return."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_results
type: notification
short_description: Write task results as JSON lines
description: Appends one JSON object per task and host to the file named by E(TASK_RESULTS_FILE).
requirements: [the environment variable TASK_RESULTS_FILE]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result: Any, status: str, ignored: bool = False) -> None:
        # The underscored names are the only ones that every ansible-core from 2.16 on has.
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "action": result._task.action,
            "status": status,
            "ignored": ignored,
            "result": dict(result._result),
        }
        with open(os.environ["TASK_RESULTS_FILE"], "a", encoding="utf-8") as results:
            results.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write(result, "ok")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool | None = False) -> None:
        self._write(result, "failed", ignored=bool(ignore_errors))  # ansible-core 2.16 also passes None

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write(result, "skipped")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write(result, "unreachable")
