# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The builder of the guest: what it makes, and what it says where it cannot."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import guestimage
import pytest
from ansible_run import REPO
from guestimage import _cpio
from guestimage.__main__ import check

Entry = tuple[int, bytes]


def entries(initrd: Path) -> dict[str, Entry]:
    """Mode and content of everything in a newc archive, by name."""
    data = initrd.read_bytes()
    found: dict[str, Entry] = {}
    at = 0
    while "TRAILER!!!" not in found:
        assert data[at : at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[at + 110 : at + 109 + name_size].decode()
        start = (at + 110 + name_size + 3) // 4 * 4
        found[name] = (mode, data[start : start + size])
        at = (start + size + 3) // 4 * 4
    return found


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A machine with these programs only: shell scripts."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    def install(**scripts: str) -> None:
        for name, script in scripts.items():
            program = folder / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            program.chmod(0o755)

    return install


def test_archive(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "name").write_bytes(b"odd")
    (root / "link").symlink_to("etc/name")
    _cpio.write(root, tmp_path / "initrd")
    found = entries(tmp_path / "initrd")
    assert found["etc/name"][1] == b"odd"
    assert stat.S_ISLNK(found["link"][0])
    assert found["link"][1] == b"etc/name"
    assert stat.S_ISDIR(found["etc"][0])
    assert stat.S_ISCHR(found["dev/console"][0])


def test_image(guest_image: guestimage.Image) -> None:
    assert stat.S_IMODE(guest_image.key_file.stat().st_mode) == 0o600
    assert guest_image.key_file.is_absolute()
    assert "linux-image-" in (guest_image.folder / "packages.txt").read_text(encoding="utf-8")
    found = entries(guest_image.initrd)
    assert found["root/.ssh/authorized_keys"][1] == guest_image.key_file.with_suffix(".pub").read_bytes()
    assert stat.S_IMODE(found["root/.ssh/authorized_keys"][0]) == 0o600
    for program in ("bin/lspci", "bin/setpci", "sbin/dropbear", "sbin/mke2fs", "bin/python3"):
        assert f"usr/{program}" in found
    assert any(re.fullmatch(r"usr/lib/python3\.\d+/__pycache__/ssl\..*\.pyc", name) for name in found)


def test_nothing_is_built_twice(guest_image: guestimage.Image) -> None:
    before = guest_image.initrd.stat()
    assert guestimage.build(REPO / ".cache" / "guest") == guest_image
    assert guest_image.initrd.stat() == before


def test_not_debian(tools: Callable[..., None], tmp_path: Path) -> None:
    with pytest.raises(
        guestimage.GuestImageError, match="made from Debian packages, and apt-get is not on this machine"
    ):
        guestimage.build(tmp_path)


def test_another_architecture(tools: Callable[..., None], tmp_path: Path) -> None:
    tools(apt_get="", apt_cache="", dpkg_deb="", dpkg="echo arm64")
    with pytest.raises(guestimage.GuestImageError, match="this machine is arm64"):
        guestimage.build(tmp_path)


def test_packages_that_cannot_be_had(tools: Callable[..., None], tmp_path: Path) -> None:
    tools(apt_get="", apt_cache="echo 'E: No packages found' >&2; exit 100", dpkg_deb="", dpkg="echo amd64")
    with pytest.raises(guestimage.GuestImageError, match="apt-cache failed: E: No packages found"):
        guestimage.build(tmp_path / "images")
    assert not (tmp_path / "images").exists()


def test_what_is_missing(tools: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    tools(ssh="", ssh_keygen="")
    assert guestimage.missing() == {"qemu-system-x86_64": "qemu-system-x86"}
    assert check(wanted=False) == 1
    assert capsys.readouterr().out == "qemu-system-x86_64 is not on this machine; Debian has it in qemu-system-x86\n"


def test_what_cannot_be_installed(tools: Callable[..., None]) -> None:
    with pytest.raises(guestimage.GuestImageError, match="by hand: this machine has no apt-get"):
        guestimage.install()
    tools(apt_get="")
    with pytest.raises(guestimage.GuestImageError, match="only root can install: run 'apt-get install openssh-client"):
        guestimage.install()
