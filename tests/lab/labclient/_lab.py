# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One running lab: its process, its state file, and its command line as methods."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from ._guest import GuestAccess

REPO = Path(__file__).resolve().parents[3]

START_TIMEOUT = 60.0
"""Seconds: far above the half second a lab needs, so that a loaded machine does not fail a test."""

COMMAND_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0


class LabError(RuntimeError):
    """The lab did not start, or refused a command; the message carries what it printed."""


DriveUse = Literal["free", "partitions", "vmfs_copy", "vmfs", "vsan", "unknown"]
"""What can be on a drive that is put into a host."""


@dataclass(frozen=True)
class Inserted:
    """Where a drive is that was put into a host."""

    host: str
    address: str
    serial: str
    slot: int


def binary() -> Path:
    """Path of the lab program, or LabError with the way to get it."""
    path = Path(os.environ.get("LAB_BIN") or REPO / ".cache" / "bin" / "lab")
    if not path.is_file():
        raise LabError(f"the lab program is not at {path}: build it with 'make lab', or set LAB_BIN")
    return path


class Lab:
    """A lab process and what it says about itself. Use it as a context manager: `with Lab.start() as lab`."""

    def __init__(self, process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
        self._process = process
        self._folder = folder
        self.state_file = Path(folder.name) / "state.json"
        self._about: dict[str, Any] = {}

    @classmethod
    def start(
        cls,
        config: Mapping[str, Any] | None = None,
        *,
        mode: Literal["vcenter", "esxi"] = "vcenter",
        settings: Mapping[str, Any] | None = None,
    ) -> Lab:
        """Start a lab and return when it serves.

        config is the lab's config file as a dict (None: the demo model); settings are laid over config["settings"].
        """
        program = binary()
        folder = tempfile.TemporaryDirectory(prefix="lab-")
        root = Path(folder.name)
        wanted = dict(config or {})
        if settings:
            wanted["settings"] = {**wanted.get("settings", {}), **settings}
        (root / "config.json").write_text(json.dumps(wanted), encoding="utf-8")
        command = [str(program), "start", "--mode", mode, "--config", str(root / "config.json")]
        # The lab watches this process, so even a test run that is killed leaves no server behind.
        command += ["--state-file", str(root / "state.json"), "--exit-with-pid", str(os.getpid())]
        with (root / "lab.log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        lab = cls(process, folder)
        try:
            lab._wait_until_ready()
        except BaseException:
            lab.stop()
            raise
        return lab

    def _wait_until_ready(self) -> None:
        """The state file is written when the lab serves; waiting on the process notices at once when it dies."""
        deadline = time.monotonic() + START_TIMEOUT
        while not self.state_file.exists():
            try:
                code = self._process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    raise LabError(f"the lab was not ready within {START_TIMEOUT:.0f} s: {self.log()}") from None
            else:
                raise LabError(f"the lab ended with code {code} before it was ready: {self.log()}")
        self._about = json.loads(self.state_file.read_text(encoding="utf-8"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process for sure, and remove its files. Stopping twice is fine."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()

    # What the lab says about itself

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def host(self) -> str:
        return str(self._about["host"])

    @property
    def port(self) -> int:
        return int(self._about["port"])

    @property
    def url(self) -> str:
        return str(self._about["url"])

    @property
    def username(self) -> str:
        return str(self._about["username"])

    @property
    def password(self) -> str:
        return str(self._about["password"])

    @property
    def ca_file(self) -> str:
        return str(self._about["ca_file"])

    @property
    def datacenter(self) -> str:
        return str(self._about["datacenter"])

    def environment(self) -> dict[str, str]:
        """The variables with which the collections' modules, and requests, reach this lab and trust its CA."""
        return {
            "VMWARE_HOST": self.host,
            "VMWARE_PORT": str(self.port),
            "VMWARE_USER": self.username,
            "VMWARE_PASSWORD": self.password,
            "SSL_CERT_FILE": self.ca_file,
            "REQUESTS_CA_BUNDLE": self.ca_file,
        }

    def log(self) -> str:
        """What the lab printed so far."""
        return (Path(self._folder.name) / "lab.log").read_text(encoding="utf-8", errors="replace").strip()

    # Its command line

    def _run(self, *arguments: str) -> str:
        command = [str(binary()), *arguments, "--state-file", str(self.state_file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False)
        if done.returncode != 0:
            raise LabError(
                f"lab {arguments[0]} ended with code {done.returncode}: {(done.stderr or done.stdout).strip()}"
            )
        return done.stdout

    def reset(self) -> None:
        """Back to the start configuration, with counters and faults cleared."""
        self._run("reset")

    def insert(
        self,
        host: str,
        *,
        slot: int | None = None,
        address: str | None = None,
        serial: str | None = None,
        vendor_device: str | None = None,
        capacity_gb: int | None = None,
        use: DriveUse | None = None,
        no_adapter: bool = False,
    ) -> Inserted:
        """Put an NVMe drive into a hot-plug slot of a host (C2); without slot and address into the first empty one.

        With the serial number of a drive that was pulled out it is that drive, with what is on it. use: what is on a
        new one. no_adapter: no driver of the host takes it.
        """
        flags = _flags(
            slot=slot,
            address=address,
            serial=serial,
            vendor_device=vendor_device,
            capacity_gb=capacity_gb,
            use=use,
            no_adapter=no_adapter,
        )
        return Inserted(**json.loads(self._run("insert", "--host", host, *flags)))

    def pull(
        self, host: str, address: str | None = None, *, slot: int | None = None, keep_vm_entry: bool | None = None
    ) -> None:
        """Pull a drive out of a host, in use or not (C4), by its address or its slot.

        keep_vm_entry None: the lab's settings say what a VM keeps of it.
        """
        keep = [] if keep_vm_entry is None else [f"--keep-vm-entry={str(keep_vm_entry).lower()}"]
        self._run("pull", "--host", host, *_flags(address=address, slot=slot), *keep)

    def move(self, vm: str, host: str) -> None:
        """Put a VM on another host, as DRS or an administrator would, whatever devices it has."""
        self._run("move", "--vm", vm, "--host", host)

    def ask(self, vm: str, text: str | None = None, choices: Sequence[str] = ()) -> None:
        """Let a VM ask a question (None: whether it was moved or copied), which holds it until somebody answers."""
        answers = [flag for label in choices for flag in ("--choice", label)]
        self._run("ask", "--vm", vm, *_flags(text=text), *answers)

    def begin_task(self, *, vm: str | None = None, host: str | None = None, method: str | None = None) -> None:
        """Let others work on a VM or a host: a task that runs until end_tasks(). method None: see `lab task -h`."""
        self._run("task", *_flags(vm=vm, host=host, method=method))

    def end_tasks(self) -> None:
        """Let the tasks of begin_task() end."""
        self._run("task", "--clear")

    def guest(self, vm: str, *, wait: float = 60.0) -> GuestAccess:
        """The way into the guest of a VM that is powered on, once it has booted (after wait seconds: LabError)."""
        about = json.loads(self._run("guest", "--vm", vm, *([f"--wait={wait}s"] if wait else [])))
        return GuestAccess(about["host"], about["port"], about["user"], about["key_file"])

    def freeze(self, vm: str) -> None:
        """Let the guest of a VM hang: its processor stops until thaw."""
        self._run("guest", "--vm", vm, "--freeze")

    def warn(self, vm: str, serial: str, bits: int) -> None:
        """Let the health log of a drive that a guest has say a critical warning; 0 ends that."""
        self._run("guest", "--vm", vm, "--drive", serial, "--critical-warning", str(bits))

    def thaw(self, vm: str) -> None:
        self._run("guest", "--vm", vm, "--thaw")

    def fault(
        self,
        method: str | None = None,
        *,
        count: int = 1,
        skip: int = 0,
        fault_type: str | None = None,
        message: str | None = None,
        when_request_contains: str | None = None,
        drop_connection: Literal["before", "after"] | None = None,
        delay: str | None = None,
        expire_session: bool = False,
        immediate: bool = False,
        residue: bool = False,
    ) -> None:
        """Make the next calls of a SOAP method go wrong: a fault, a dropped connection, a delay, the session ended.

        A method that returns a task fails in its task, unless immediate. expire_session without a method ends all
        sessions now. residue: a failed hot-add leaves its traces in the VM's extraConfig.
        """
        self._run(
            "fault",
            *_flags(
                method=method,
                count=count,
                skip=skip or None,
                type=fault_type,
                message=message,
                when_request_contains=when_request_contains,
                drop_connection=drop_connection,
                delay=delay,
                expire_session=expire_session,
                immediate=immediate,
                residue=residue,
            ),
        )

    def delay(self, by: str, *, method: str | None = None) -> None:
        """Answer this much later from now on ("0.5s"; "0" ends it): one method, or all without a delay of their own."""
        self._run("delay", *_flags(by=by, method=method))

    def clear_delays(self) -> None:
        self._run("delay", "--clear")

    def hold(self, method: str) -> None:
        """Stop what a method does before it works: it is counted, but gets no answer, and its task does not end.

        Until release(). "boot" lets hosts that went down for a reboot stay down.
        """
        self._run("hold", "--method", method)

    def release(self) -> None:
        """Let all go on that is held."""
        self._run("hold", "--clear")

    def deny(
        self,
        *,
        path: str | None = None,
        method: str | None = None,
        object_type: str | None = None,
        name: str | None = None,
        privilege: str | None = None,
    ) -> None:
        """Take a privilege away: a property with all below it, or a method; of all objects, or of a type or a name.

        Until allow_all(). privilege is what is said to be missing (None: System.Read).
        """
        self._run("deny", *_flags(path=path, method=method, type=object_type, name=name, privilege=privilege))

    def allow_all(self) -> None:
        """Give back what deny() took away."""
        self._run("deny", "--clear")

    def stats(self, *, reset: bool = False) -> dict[str, Any]:
        """Counters: calls by method, bytes, mutating calls by method. Reads and clears them in one step with reset."""
        answer: dict[str, Any] = json.loads(self._run("stats", *_flags(reset=reset)))
        return answer

    def state(self) -> dict[str, Any]:
        """Hosts and VMs as the lab itself sees them, past every API."""
        answer: dict[str, Any] = json.loads(self._run("state"))
        return answer

    def mutating_calls(self) -> dict[str, int]:
        """Calls that changed server state since the last reset, by method; empty when nothing was touched."""
        return dict(self.stats()["mutating"]["calls"])


def _flags(**options: str | int | bool | None) -> list[str]:
    """Command line flags for the options that are set; True becomes a flag without a value."""
    flags: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        flags.append("--" + name.replace("_", "-"))
        if value is not True:
            flags.append(str(value))
    return flags
