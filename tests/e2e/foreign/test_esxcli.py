# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMware's esxcli sets the boot parameter (P2), so our module can, and shows the drives as the lab tells of them."""

from __future__ import annotations

import csv
import io

from clients import Client

HOST = "esxi-01.lab"
LIST = ("--formatter=csv", "system", "settings", "kernel", "list")
SET = ("system", "settings", "kernel", "set")


def setting(esxcli: Client, name: str) -> dict[str, str]:
    done = esxcli(HOST, *LIST, "-o", name)
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    return row


def test_list_shows_the_boot_parameter(esxcli: Client) -> None:
    row = setting(esxcli, "maxIntrCookies")
    assert (row["Configured"], row["Runtime"], row["Default"]) == ("1024", "1024", "1024")
    assert row["Type"].startswith("uint")


def test_set_takes_effect_only_after_a_reboot(esxcli: Client) -> None:
    done = esxcli(HOST, *SET, "-s", "maxIntrCookies", "-v", "4096")
    assert done.returncode == 0, done.stdout + done.stderr
    row = setting(esxcli, "maxIntrCookies")
    assert (row["Configured"], row["Runtime"]) == ("4096", "1024")


def test_an_unknown_setting_is_an_error(esxcli: Client) -> None:
    done = esxcli(HOST, *SET, "-s", "maxIntrCookie", "-v", "4096")
    assert done.returncode != 0
    assert "maxIntrCookie" in done.stdout + done.stderr


def test_what_the_lab_tells_of_drives_is_shown(esxcli: Client) -> None:
    shown = esxcli(HOST, "nvme", "device", "get", "-A", "vmhba8")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "Serial Number: S01D9" in shown.stdout
    listed = esxcli(HOST, "--formatter=csv", "hardware", "pci", "list")
    owners = {row["Address"]: row["CurrentOwner"] for row in csv.DictReader(io.StringIO(listed.stdout))}
    assert owners["0000:d9:00.0"] == "VMkernel", listed.stdout
