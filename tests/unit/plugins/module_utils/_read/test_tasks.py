# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is being worked on right now."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._read.tasks import tasks_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

HOST = vim.HostSystem("host-1")


def test_the_tasks_that_are_under_way() -> None:
    states = {"task-1": "success", "task-2": "running", "task-3": "queued", "task-4": "error"}
    found = {
        vim.Task(moid): ObjectProperties(
            vim.Task(moid), {"info.state": state, "info.descriptionId": f"HostSystem.work{moid[-1]}"}, {}
        )
        for moid, state in states.items()
    }
    recent = [*found, vim.Task("task-forgotten")]
    host = ObjectProperties(HOST, {"recentTask": recent}, {})
    assert tasks_of(host, found) == ("HostSystem.work2", "HostSystem.work3")
    assert tasks_of(ObjectProperties(HOST, {}, {}), found) == ()


def test_tasks_that_may_not_be_read_are_not_known() -> None:
    lacks = "NoPermission, the account lacks System.Read"
    assert tasks_of(ObjectProperties(HOST, {}, {"recentTask": lacks}), {}) == Unreadable(lacks)
    task = vim.Task("task-1")
    hidden = {task: ObjectProperties(task, {}, {"info.state": lacks})}
    assert tasks_of(ObjectProperties(HOST, {"recentTask": [task]}, {}), hidden) == Unreadable(lacks)
