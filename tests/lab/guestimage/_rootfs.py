# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose, out of the unpacked packages, what the guest needs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from ._errors import run

FILES = Path(__file__).parent / "files"

LIBRARIES = "usr/lib/x86_64-linux-gnu"

PROGRAMS = (
    "bin/busybox",
    "bin/dash",
    "bin/findmnt",
    "bin/kmod",
    "bin/lsblk",
    "bin/lspci",
    "bin/setpci",
    "sbin/blkid",
    "sbin/dmsetup",
    "sbin/dropbear",
    "sbin/lvm",
    "sbin/mdadm",
    "sbin/mke2fs",
    "sbin/mkswap",
    "sbin/wipefs",
    "sbin/zdb",
    "sbin/zfs",
    "sbin/zfs-fuse",
    "sbin/zpool",
    "lib/openssh/sftp-server",
)
"""Below /usr. Everything else that a shell wants is busybox."""

LINKS = {
    "init": "usr/bin/busybox",
    "usr/bin/sh": "dash",  # busybox's own would prefer its own programs to those of the packages
    **{f"usr/sbin/{name}": "../bin/kmod" for name in ("insmod", "lsmod", "modinfo", "modprobe", "rmmod")},
    **{f"usr/sbin/{name}": "lvm" for name in ("lvchange", "lvconvert", "lvcreate", "lvs")},
    **{f"usr/sbin/{name}": "lvm" for name in ("pvcreate", "pvmove", "pvremove", "pvs")},
    **{f"usr/sbin/{name}": "lvm" for name in ("vgchange", "vgcreate", "vgextend", "vgreduce", "vgs")},
    "usr/sbin/mkfs.ext4": "mke2fs",
    "var/lock": "../run/lock",
    "var/run": "../run",
    "usr/lib/sftp-server": "openssh/sftp-server",  # where dropbear looks for it
}

NOT_OF_PYTHON = ("config-3.*", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "turtledemo")
"""Parts of the standard library that programs do not import."""

FOLDERS = ("dev", "etc/zfs", "mnt", "proc", "run", "sys", "tmp", "var/log")

MODULES = (
    "virtio_pci",
    "virtio_net",
    "button",  # the power button, by which a host asks the guest to shut down
    "evdev",
    "loop",
    "dm-mod",
    "dm-mirror",
    "dm-raid",
    "fuse",
    "md-mod",
    "raid1",
)
"""Kernel modules; those that they depend on come along. PCI hot plug, NVMe and ext4 are built in."""


def merge_usr(root: Path) -> None:
    """Make /bin, /lib, /lib64 and /sbin those of /usr: packages of bookworm still have both."""
    for name in ("bin", "lib", "lib64", "sbin"):
        old = root / name
        for file in [path for path in old.rglob("*") if path.is_symlink() or not path.is_dir()]:
            new = root / "usr" / file.relative_to(root)
            new.parent.mkdir(parents=True, exist_ok=True)
            file.replace(new)
        shutil.rmtree(old, ignore_errors=True)
        old.symlink_to(f"usr/{name}")


def assemble(packages: Path, root: Path) -> Path:
    """Fill root with the guest's files and return the path of its kernel."""
    merge_usr(packages)
    shutil.copytree(FILES, root)
    merge_usr(root)
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    _copy(packages, root, (f"usr/{name}" for name in PROGRAMS))
    _copy(packages, root, ["usr/share/misc/pci.ids", "usr/bin/python3"])
    _copy(packages, root, _shared_libraries(packages))
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    _busybox(root)
    _python(packages, root)
    return _kernel(packages, root)


def from_packages(packages: Path, program: str, called: str = "") -> list[str]:
    """How to run a program of the packages on this machine, whatever libraries the machine has."""
    loader = [str(packages / "usr/lib64/ld-linux-x86-64.so.2"), "--library-path", str(packages / LIBRARIES)]
    return [*loader, "--argv0", called or program, str(packages / "usr" / program)]


def _copy(packages: Path, root: Path, names: Iterable[str]) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(packages / name, root / name, follow_symlinks=False)


def _shared_libraries(packages: Path) -> list[str]:
    """All of them: packages that nothing here needs were not fetched."""
    found = [*(packages / LIBRARIES).glob("*.so*"), *(packages / "usr/lib64").iterdir()]
    return [path.relative_to(packages).as_posix() for path in found]


def _busybox(root: Path) -> None:
    """Links for the programs that busybox has and no package above."""
    for name in run([root / "usr/bin/busybox", "--list"]).split():
        if not any((root / folder / name).exists() for folder in ("usr/bin", "usr/sbin")):
            (root / "usr/bin" / name).symlink_to("busybox")


def _python(packages: Path, root: Path) -> None:
    """The interpreter and its standard library, compiled, as an emulated processor would take seconds for that.

    The packages' own Python compiles, so that the result is of its version; unchecked, as the initramfs has no times.
    """
    interpreter = (packages / "usr/bin/python3").resolve()
    library = f"usr/lib/{interpreter.name}"
    _copy(packages, root, [f"usr/bin/{interpreter.name}"])
    shutil.copytree(packages / library, root / library, symlinks=True, ignore=shutil.ignore_patterns(*NOT_OF_PYTHON))
    command = ["/usr/bin/env", f"PYTHONHOME={packages / 'usr'}", *from_packages(packages, f"bin/{interpreter.name}")]
    command += ["-m", "compileall", "-qq", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    run([*command, "-s", str(root), "-p", "/", str(root / library)])


def _kernel(packages: Path, root: Path) -> Path:
    (modules,) = (packages / "usr/lib/modules").iterdir()
    available = {path.stem.replace("-", "_"): path for path in modules.rglob("*.ko")}
    wanted = {name.replace("-", "_") for name in MODULES}
    chosen: set[str] = set()
    while wanted:
        name = wanted.pop()
        chosen.add(name)
        needs = re.search(rb"\0depends=([^\0]*)\0", available[name].read_bytes())
        wanted |= set(needs[1].decode().replace("-", "_").split(",") if needs else []) - chosen - {""}
    lists = (modules / f"modules.{kind}" for kind in ("builtin", "builtin.modinfo", "order"))
    files = [*lists, *(available[name] for name in chosen)]
    _copy(packages, root, (path.relative_to(packages).as_posix() for path in files))
    run([*from_packages(packages, "bin/kmod", "depmod"), "-b", str(root), modules.name])
    return packages / "boot" / f"vmlinuz-{modules.name}"
