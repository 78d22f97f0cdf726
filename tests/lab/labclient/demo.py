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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import guestimage

from ._lab import REPO, Lab, LabError

INVENTORY = REPO / "playbooks" / "inventory.example" / "static"
CALLBACKS = Path(__file__).resolve().parent / "callback_plugins"
STATES = {"present": "in the VM", "absent": "taken out, may be pulled"}
WITH_GUEST, WITHOUT_GUEST = "nvme-vm-01", "nvme-vm-02"

Table = list[dict[str, Any]]


class DemoError(RuntimeError):
    """The demo did not show what it should; the message says what was found instead."""


def guest_image() -> guestimage.Image | None:
    """The Linux guest for a VM of the demo; None, with the reason on the screen, where there can be none."""
    if os.environ.get("DEMO_GUEST") == "no":
        print("Without a guest, as DEMO_GUEST=no says: vSphere's side alone.")
        return None
    lacking = sorted(set(guestimage.missing().values()))
    try:
        if lacking:
            print(
                f"Installing {' and '.join(lacking)} for a real Linux guest (DEMO_GUEST=no does without).", flush=True
            )
            guestimage.install()
        print("A real Linux guest is built from Debian packages, unless it is there already.", flush=True)
        return guestimage.build(REPO / ".cache" / "guest")
    except guestimage.GuestImageError as error:
        if os.environ.get("CI"):
            raise DemoError(f"no guest: {error}") from error
        print(f"Without a guest, vSphere's side alone: {error}")
        return None


def lab_config(image: guestimage.Image | None) -> dict[str, Any]:
    """The lab's own two hosts and two VMs, one of them with a guest."""
    guest = {"guest": image.config()} if image else {}
    return {
        "vms": [{"name": WITH_GUEST, "host": "esxi-01.lab", **guest}, {"name": WITHOUT_GUEST, "host": "esxi-02.lab"}]
    }


def guest_variables(lab: Lab, image: guestimage.Image | None) -> dict[str, Any]:
    """What the inventory has to add for this demo: how to reach the guest, and that the others cannot be asked."""
    unchecked = {"nvme_hot_remove_allow_guest_unchecked": True}
    if image is None:
        return {WITH_GUEST: unchecked, WITHOUT_GUEST: unchecked}
    # The way in is known before the guest has booted; hotplug_verify waits for it to answer.
    access = lab.guest(WITH_GUEST, wait=0).inventory_vars()
    return {WITH_GUEST: {**access, "hotplug_verify_guest": True}, WITHOUT_GUEST: unchecked}


def play(lab: Lab, extra: Mapping[str, Any], playbook: str, arguments: Sequence[str] = ()) -> Table:
    """Run a playbook of the collection, shown as it goes, and return the drives as it verified them.

    :param extra: variables of the VMs beside those of the example inventory.
    """
    shown = shlex.join(["ansible-playbook", "-i", str(INVENTORY.relative_to(REPO)), playbook, *arguments])
    print(f"\n{shown}", flush=True)
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        table_file = Path(folder) / "table.jsonl"
        guests = Path(folder) / "guests.json"
        guests.write_text(json.dumps({"vms": {"hosts": extra}}), encoding="utf-8")
        program = str(Path(sys.executable).parent / "ansible-playbook")
        command = [program, "-i", str(INVENTORY), "-i", str(guests), playbook, *arguments]
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
    """Where each drive is, on all three sides, and what the guest's own lspci says."""
    lines = [("DEVICE", "HOST ADDRESS", "VM", "GUEST", "STATE")]
    for row in sorted(table, key=lambda row: (row["vm"], row["address"])):
        gone = (row["status"], row["guest"]) == ("absent", "verified")
        seen = " ".join([row["guest_address"], *row["guest_paths"]]) if row["guest_address"] else row["guest"]
        guest = "gone, as verified" if gone else seen
        lines.append((row["name"], f"{row['host']} {row['address']}", row["vm"], guest, STATES[row["status"]]))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print()
    for line in lines:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    for row in table:
        if row["guest_lspci"]:
            print(f"lspci in {row['vm']}: {row['guest_lspci']}")


def main() -> int:
    started = time.monotonic()
    try:
        image = guest_image()
        with Lab.start(lab_config(image)) as lab:
            print(f"A simulated vCenter listens on {lab.host}:{lab.port}: hosts and VMs as they leave the factory.")
            extra = guest_variables(lab, image)
            # Both hosts at once, to be done sooner; a fleet is better taken host by host, which is the default.
            added = play(lab, extra, "directpath.nvme.site", ["-e", "prepare_hosts_serial=2"])
            require(added, "present")
            show(added)
            everything = ["-e", "nvme_hot_remove_devices={{ nvme_hotplug_devices }}"]
            removed = play(lab, extra, "directpath.nvme.hot_remove_nvme", everything)
            require(removed, "absent")
            show(removed)
    except (DemoError, LabError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - started:.0f} s; nothing is left running.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
