# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into the guest of a VM of the lab."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Any

SSH_TIMEOUT = 60.0
"""Seconds for one command. A guest has an emulated processor, and shares the real one with tests."""

OPTIONS = (
    "BatchMode=yes",
    "ConnectTimeout=10",
    "IdentitiesOnly=yes",
    "LogLevel=ERROR",
    # Every build of the image has other host keys, and ports of the lab are used again.
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
)


class GuestError(RuntimeError):
    """A command in the guest failed, or could not be run; the message carries what it printed."""


@dataclass(frozen=True)
class GuestAccess:
    """Where a guest's SSH server is, and the key that it lets in. Both change when the lab is reset."""

    host: str
    port: int
    user: str
    key_file: str

    @property
    def ssh_arguments(self) -> list[str]:
        """Arguments for ssh besides the host. -F none: nothing of the user's own configuration."""
        options = [argument for option in OPTIONS for argument in ("-o", option)]
        return ["-F", "none", "-i", self.key_file, "-l", self.user, "-p", str(self.port), *options]

    def run(self, command: str, *, timeout: float = SSH_TIMEOUT) -> subprocess.CompletedProcess[str]:
        """What a shell command in the guest did; exit code 255 is ssh's own."""
        return subprocess.run(
            ["ssh", *self.ssh_arguments, self.host, command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def ssh(self, command: str, *, timeout: float = SSH_TIMEOUT) -> str:
        """What a shell command in the guest printed; GuestError if it failed."""
        done = self.run(command, timeout=timeout)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise GuestError(f"{command!r} in the guest ended with code {done.returncode}: {said}")
        return done.stdout

    def inventory_vars(self) -> dict[str, Any]:
        """Variables of an Ansible inventory host that is this guest."""
        options = " ".join(f"-o {option}" for option in OPTIONS)
        return {
            "ansible_host": self.host,
            "ansible_port": self.port,
            "ansible_user": self.user,
            "ansible_ssh_private_key_file": self.key_file,
            "ansible_ssh_common_args": f"-F none {options}",
            "ansible_python_interpreter": "/usr/bin/python3",
        }
