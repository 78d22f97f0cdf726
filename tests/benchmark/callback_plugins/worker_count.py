# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the worker processes that a run starts: one for each task on each host, skipped ones too."""

from __future__ import annotations

import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: worker_count
type: notification
short_description: Count the workers of a run
description: Writes to the file named by E(WORKER_COUNT_FILE) how many worker processes the run started.
requirements: [the environment variable WORKER_COUNT_FILE]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "worker_count"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workers = 0

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Called right before a worker is forked."""
        self._workers += 1

    def v2_playbook_on_stats(self, stats: Any) -> None:
        with open(os.environ["WORKER_COUNT_FILE"], "w", encoding="utf-8") as file:
            file.write(str(self._workers))
