# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole workflow against a simulated vCenter: `python -m labclient.demo`.

Everything shown is what ansible-playbook and the modules answered. The exit code is 0 only if every drive was found in
its VM after site.yml, and in none after the hot-remove playbook.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ._lab import REPO, Lab, LabError

INVENTORY = REPO / "playbooks" / "inventory.example" / "static"
CALLBACKS = Path(__file__).resolve().parent / "callback_plugins"
STATES = {"present": "in the VM, guest slot {pci_slot_number}", "absent": "taken out, may be pulled"}

Table = list[dict[str, Any]]


class DemoError(RuntimeError):
    """The demo did not show what it should; the message says what was found instead."""


def play(lab: Lab, playbook: str, arguments: Sequence[str] = ()) -> Table:
    """Run a playbook of the collection, shown as it goes, and return the drives as it verified them."""
    shown = shlex.join(["ansible-playbook", "-i", str(INVENTORY.relative_to(REPO)), playbook, *arguments])
    print(f"\n{shown}", flush=True)
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        table_file = Path(folder) / "table.jsonl"
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(INVENTORY), playbook, *arguments]
        started = time.monotonic()
        done = subprocess.run(command, env=environment(lab, folder, table_file), stdin=subprocess.DEVNULL, check=False)
        print(f"  {time.monotonic() - started:.0f} s", flush=True)
        if done.returncode != 0:
            raise DemoError(f"{playbook} ended with code {done.returncode}")
        if not table_file.exists():
            raise DemoError(f"{playbook} verified no drive")
        return [json.loads(line) for line in table_file.read_text(encoding="utf-8").splitlines()]


def environment(lab: Lab, folder: str, table_file: Path) -> dict[str, str]:
    """The lab's connection and the demo's settings; nothing of the user's own Ansible set-up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_"))}
    return {
        **kept,
        **lab.environment(),
        "ANSIBLE_HOME": folder,
        "ANSIBLE_COLLECTIONS_PATH": str(REPO / ".cache" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_STDOUT_CALLBACK": "brief",
        "ANSIBLE_PIPELINING": "true",
        "BRIEF_TABLE_FILE": str(table_file),
    }


def require(table: Table, status: str) -> None:
    """What was read back, in every row."""
    wrong = [f"{row['address']} is {row['status']}" for row in table if row["status"] != status]
    if wrong or not table:
        raise DemoError(f"wanted every drive {status}, but {', '.join(wrong) or 'there is none'}")


def show(table: Table) -> None:
    columns = [("DEVICE", "HOST ADDRESS", "VM", "STATE")]
    for row in sorted(table, key=lambda row: (row["vm"], row["address"])):
        state = STATES[row["status"]].format(**row)
        columns.append((row["name"], f"{row['host']} {row['address']}", row["vm"], state))
    widths = [max(map(len, column)) for column in zip(*columns, strict=True)]
    print()
    for line in columns:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def main() -> int:
    started = time.monotonic()
    try:
        with Lab.start() as lab:
            print(f"A simulated vCenter listens on {lab.host}:{lab.port}: hosts and VMs as they leave the factory.")
            # Both hosts at once, to be done sooner; a fleet is better taken host by host, which is the default.
            added = play(lab, "directpath.nvme.site", ["-e", "prepare_hosts_serial=2"])
            require(added, "present")
            show(added)
            everything = [
                "-e",
                "nvme_hot_remove_devices={{ nvme_hotplug_devices }}",
                "-e",
                "nvme_hot_remove_allow_guest_unchecked=true",
            ]
            removed = play(lab, "directpath.nvme.hot_remove_nvme", everything)
            require(removed, "absent")
            show(removed)
    except (DemoError, LabError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - started:.0f} s; nothing is left running.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
