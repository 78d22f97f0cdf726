# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: run_identity
short_description: Which run of Ansible this is
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Names the run of Ansible that evaluates it. The answer is the same in all tasks of a run, for all hosts, and no
    other run gets it.
  - It is what O(directpath.nvme.host_maintenance_claim#module:run) wants, so that two runs on one host know each other
    apart, and a run that was killed is known to be dead on the machine where it ran.
options:
  _terms:
    description: Not used.
"""

EXAMPLES = r"""
- name: Show which run this is
  ansible.builtin.debug:
    msg: "{{ lookup('directpath.nvme.run_identity') }}"
"""

RETURN = r"""
_raw:
  description:
    - C(id) of the run, C(by) whom it is (user and controller, and the job in AWX), and its main C(process).
  type: list
  elements: dict
  sample:
    - id: 5f0c1c1e2ab3
      by: root@controller-1 (job 1742)
      process: 0b9e6bd6b2a7/20931/1837264
"""

import multiprocessing
import os
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.directpath.nvme.plugins.module_utils._read.process import run_of


class LookupModule(LookupBase):
    """Runs in a worker of the run, a child of its main process, or in the main process itself."""

    def run(self, terms: Any, variables: Any = None, **kwargs: Any) -> list[dict[str, str]]:
        parent = multiprocessing.parent_process()
        pid = parent.pid if parent and parent.pid else os.getpid()
        job = (variables or {}).get("awx_job_id") or (variables or {}).get("tower_job_id")
        return [dict(vars(run_of(pid, f"job {job}" if job else "")))]
