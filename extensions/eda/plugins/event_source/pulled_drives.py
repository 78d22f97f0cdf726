# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for ansible-rulebook: NVMe drives that are pulled out of hosts or put in, and what VMs keep of them."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

DOCUMENTATION = r"""
---
module: pulled_drives
short_description: NVMe drives that are pulled out of ESXi hosts or put in, and what VMs keep of them
description:
  - Watches the PCI devices of all hosts, and the devices of all VMs, that the account may see, by one open call.
    vCenter has no event for a drive that is pulled.
  - A lost connection, an ended session and a restarted server are survived. What has happened meanwhile is told when
    the server is back; with O(state_file) also what has happened while nobody watched.
  - An account that is refused is not tried again, and ends the source.
  - It reads and changes nothing. C(docs/events.md) tells what the events say.
options:
  hostname:
    description: Name or address of the vCenter or ESXi server. Falls back to the environment variable E(VMWARE_HOST).
    type: str
  username:
    description: User to log in as. Falls back to the environment variable E(VMWARE_USER).
    type: str
  password:
    description: Password of O(username). Falls back to the environment variable E(VMWARE_PASSWORD).
    type: str
  port:
    description: TCP port of the API. Falls back to the environment variable E(VMWARE_PORT).
    type: int
    default: 443
  validate_certs:
    description:
      - Whether the server's certificate must be trusted. Falls back to the environment variable
        E(VMWARE_VALIDATE_CERTS).
    type: bool
    default: true
  proxy_host:
    description: Name or address of an HTTP proxy. Falls back to the environment variable E(VMWARE_PROXY_HOST).
    type: str
  proxy_port:
    description: TCP port of the HTTP proxy. Falls back to the environment variable E(VMWARE_PROXY_PORT).
    type: int
  state_file:
    description:
      - File of this source alone, in which it keeps what it has told. Its folder has to be there.
      - Without it, a drive that is pulled while the source does not run is told of only if a VM keeps its entry.
    type: path
requirements:
  - ansible-core >= 2.16
  - pyvmomi >= 8.0.3.0.1
  - requests
"""

EXAMPLES = r"""
- directpath.nvme.pulled_drives:
    hostname: vcenter.example.com
    state_file: /var/lib/ansible-rulebook/pulled_drives.json
"""

PROGRAM = """
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
from ansible_collections.directpath.nvme.plugins.module_utils._events.serve import serve
serve()
"""
"""What watches, in a process of its own. It finds this collection as ansible-playbook does."""


class SourceError(Exception):
    """Why the source cannot go on."""


async def main(queue: asyncio.Queue[dict[str, Any]], args: dict[str, Any]) -> None:
    """Put events into the queue until somebody ends it.

    :raises SourceError: it cannot go on, and why.
    """
    plain = {name: value for name, value in args.items() if name != "eda_feedback_queue"}
    watcher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    if watcher.stdin is None or watcher.stdout is None:
        raise SourceError("The watcher has no pipes.")
    try:
        # By a pipe: arguments of a process, and its environment, are seen by others.
        await _send(watcher.stdin, json.dumps(plain))
        async for line in watcher.stdout:
            told = json.loads(line)
            if "failure" in told:
                raise SourceError(told["failure"])
            await queue.put(told["event"])
            await _send(watcher.stdin, "taken")
        raise SourceError(f"The watcher ended with code {await watcher.wait()}; what it said is above.")
    finally:
        if watcher.returncode is None:
            watcher.terminate()
        await watcher.wait()


async def _send(to: asyncio.StreamWriter, line: str) -> None:
    to.write(f"{line}\n".encode())
    await to.drain()
