# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to watch a fleet for pulled drives: `watching.py [HOSTS [VMS]]`, against a lab of its own.

The event source runs as ansible-rulebook runs it, without ansible-rulebook. Times are from before the drive is pulled,
by a command of the lab that takes its own time, to when the event is there.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from labclient import Lab

PLUGIN = Path(__file__).resolve().parents[2] / "extensions" / "eda" / "plugins" / "event_source" / "pulled_drives.py"

ENGINE = """
import asyncio, json, runpy, sys

class Queue(asyncio.Queue):
    async def put(self, event):
        print(json.dumps(event), flush=True)

asyncio.run(runpy.run_path(sys.argv[1])["main"](Queue(), {}))
"""

DRIVES = tuple(f"0000:{bus:02x}:00.0" for bus in range(0xD8, 0xDE))
IDLE = 20.0
"""Seconds of watching while nothing happens."""


def fleet(hosts: int, vms: int) -> dict[str, Any]:
    """Hosts with six free drives each; the VMs of the first run with two of them, the others have none."""
    on = [{"name": f"host-{number}.lab", "version": "8.0.3"} for number in range(hosts)]
    on[0]["passthrough_enabled"] = list(DRIVES[:2])  # type: ignore[assignment]
    prepared = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
    with_drives = {"power": "poweredOn", "passthrough": list(DRIVES[:2]), **prepared}
    machines = [{"name": f"vm-{number}", "host": f"host-{number % hosts}.lab"} for number in range(vms)]
    return {"hosts": on, "vms": [{**machines[0], **with_drives}, *machines[1:]]}


def processes(root: int) -> list[int]:
    """The engine and the watcher below it."""
    children = Path(f"/proc/{root}/task/{root}/children").read_text(encoding="ascii").split()
    return [root, *(int(pid) for pid in children)]


def status(pid: int, field: str) -> int:
    """Kilobytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))


def cpu(pids: list[int]) -> float:
    """Seconds, user and system."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main(hosts: int = 100, vms: int = 1000) -> None:
    with Lab.start(fleet(hosts, vms)) as lab:
        env = {**os.environ, **lab.environment()}
        command = [sys.executable, "-c", ENGINE, str(PLUGIN)]
        started = time.monotonic()
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as engine:
            while lab.stats()["calls"].get("WaitForUpdatesEx", 0) <= (hosts + vms) // 50:
                time.sleep(0.1)
            print(f"{hosts} hosts and {vms} VMs are known after {time.monotonic() - started:.1f} s")
            pids = processes(engine.pid)
            before, calls = cpu(pids), sum(lab.stats()["calls"].values())
            time.sleep(IDLE)
            idle, calls = cpu(pids) - before, sum(lab.stats()["calls"].values()) - calls
            print(f"{calls} new calls and {idle:.2f} s of CPU in {IDLE:.0f} s without a change")
            latencies = [told(lab, engine, number, hosts) for number in range(1, 11)]
            middle, longest = statistics.median(latencies), max(latencies)
            print(f"a pulled drive is told of after {middle:.2f} s, at most {longest:.2f} s")
            peaks = [status(pid, "VmHWM") / 1024 for pid in pids]
            print(f"memory at its highest: watcher {peaks[-1]:.0f} MB, with the engine {sum(peaks):.0f} MB")
            engine.terminate()


def told(lab: Lab, engine: Any, number: int, hosts: int) -> float:
    host = f"host-{number % hosts}.lab"
    started = time.monotonic()
    lab.pull(host, DRIVES[-1])
    event = json.loads(engine.stdout.readline())
    if (event["type"], event["host"]) != ("drive_pulled", host):
        raise RuntimeError(f"another event came: {event}")
    return time.monotonic() - started


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
