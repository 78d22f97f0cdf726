# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that others wrote, which judge the lab: as commands against the lab of the test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible_run import REPO, tool
from clients import Client, run
from labclient import Lab


@pytest.fixture
def govc(lab: Lab, tmp_path: Path) -> Client:
    """VMware's govc, built from the library's own commands."""
    path = Path(os.environ.get("GOVC_BIN") or REPO / ".cache" / "bin" / "govc")
    assert path.is_file(), f"govc is not at {path}: run 'make lab', or set GOVC_BIN"
    env = {
        "GOVC_URL": lab.url,
        "GOVC_USERNAME": lab.username,
        "GOVC_PASSWORD": lab.password,
        "GOVC_TLS_CA_CERTS": lab.ca_file,
        "GOVMOMI_HOME": str(tmp_path),
    }
    return lambda *arguments: run([str(path), *arguments], env)


@pytest.fixture
def esxcli(lab: Lab) -> Client:
    """VMware's own esxcli (PyPI vmware-esxcli) for one host of the lab."""
    program = tool("esxcli")

    def call(host: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {
            "VI_SERVER": lab.host,
            "VI_PORTNUMBER": str(lab.port),
            "VI_USERNAME": lab.username,
            "VI_PASSWORD": lab.password,
            "VI_CACERTFILE": lab.ca_file,
            "VI_HOST": host,
        }
        return run([program, *arguments], env)

    return call
