# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up parts of .cache that the targets of the Makefile need: `prepare.py demo dev oldest collections lab ...`.

Everything comes from package registries in the exact versions of the lock files. What is there and was made from the
same locks is left alone, so a second run takes no time; what an interrupted run left half made is made again.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import interpreters
import layout
import registry

PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--require-hashes")

GO_SETTINGS = {"GOTOOLCHAIN": "local"}
"""go must not fetch another toolchain than the one chosen here."""


JAVA = "default-jre-headless"

BROWSER = "chromium"
"""Of Debian, the package and its program."""


class SetupError(RuntimeError):
    """What is missing on this machine, in one line."""


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path = layout.ROOT) -> None:
    done = subprocess.run(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SetupError(f"{' '.join(str(part) for part in command)} failed with exit code {done.returncode}")


class Stamp:
    """Marks a folder as made from certain inputs. Use `if stamp.stale(): make it; stamp.write()`."""

    def __init__(self, folder: Path, *inputs: str | Path) -> None:
        self.folder = folder
        self.file = folder / ".stamp"
        content = (item.read_bytes() if isinstance(item, Path) else item.encode() for item in inputs)
        self.key = hashlib.sha256(b"\0".join(content)).hexdigest()

    def stale(self) -> bool:
        """Whether the folder has to be made; if so, what is left of an older one is removed."""
        if self.file.is_file() and self.file.read_text(encoding="utf-8") == self.key:
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f"Setting up {self.folder.relative_to(layout.ROOT)}", flush=True)
        return True

    def write(self) -> None:
        self.file.write_text(self.key, encoding="utf-8")


def uv() -> Path:
    """uv itself, installed by pip."""
    folder, lock = layout.venv("uv"), layout.lock("uv")
    python = _python("uv")
    stamp = Stamp(folder, str(folder), str(python), lock)
    if stamp.stale():
        run([python, "-m", "venv", folder])
        run([layout.venv_bin("uv"), "-m", "pip", "install", *PIP_OPTIONS, "--requirement", lock])
        stamp.write()
    return layout.venv_bin("uv", "uv")


def venv(name: str) -> None:
    """The virtual environment .cache/venv-NAME with exactly what requirements/NAME.txt lists."""
    folder, lock = layout.venv(name), layout.lock(name)
    python = _python(name)
    stamp = Stamp(folder, str(folder), str(python), lock)
    installer = uv()
    if stamp.stale():
        env = {**os.environ, **registry.uv_settings()}
        run([installer, "venv", "--quiet", "--python", python, folder], env)
        run([installer, "pip", "sync", "--quiet", "--require-hashes", "--python", layout.venv_bin(name), lock], env)
        stamp.write()


def core(name: str) -> str:
    """The ansible-core of a virtual environment and its Python, for people: `ansible-core 2.16.19, Python 3.11`."""
    site_packages = _site_packages(name)
    (dist,) = site_packages.glob("ansible_core-*.dist-info")
    return f"ansible-core {dist.stem.partition('-')[2]}, {site_packages.parent.name.replace('python', 'Python ')}"


def modules() -> None:
    """Python 3.9 for the modules. ansible-core does not install there; a target only ever gets its module_utils."""
    if interpreters.VENVS["modules"].python() is None:
        return  # the summary of the tests says so
    venv("modules")
    venv("oldest")
    link = _site_packages("modules") / "ansible"
    link.unlink(missing_ok=True)
    link.symlink_to(_site_packages("oldest") / "ansible")


def collections() -> None:
    """vmware.vmware and community.vmware out of the pinned `ansible` wheel, and this work tree beside them."""
    lock = layout.lock("collections")
    stamp = Stamp(layout.COLLECTIONS, str(layout.ROOT), lock)
    uv()
    if stamp.stale():
        download = layout.CACHE / "download"
        wheel_only = ["--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--dest", str(download)]
        run([layout.venv_bin("uv"), "-m", "pip", "download", *PIP_OPTIONS, *wheel_only, "--requirement", lock])
        (wheel,) = download.glob("ansible-*.whl")
        wanted = tuple(f"ansible_collections/{name}/" for name in ("vmware/vmware", "community/vmware"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(layout.COLLECTIONS, [name for name in archive.namelist() if name.startswith(wanted)])
        shutil.rmtree(download)
        layout.COLLECTION.parent.mkdir(parents=True)
        layout.COLLECTION.symlink_to(layout.ROOT)
        stamp.write()


def go() -> Path:
    """Go of this machine if it is as new as the lab's go.mod asks, else the one that PyPI has."""
    needed = _numbers(re.search(r"^go (\S+)$", (layout.LAB / "go.mod").read_text(encoding="utf-8"), re.MULTILINE))
    own = shutil.which("go")
    if own:
        env = {**os.environ, **GO_SETTINGS}
        answer = subprocess.run([own, "version"], env=env, capture_output=True, text=True, check=False).stdout
        if _numbers(re.search(r"\bgo(\d[\d.]*)", answer)) >= needed:
            return Path(own)
    venv("go")
    return layout.venv_bin("go", "go")


def lab() -> None:
    """The lab and govc; Go's own cache decides what has to be compiled."""
    layout.BIN.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [go(), "build", "-buildvcs=false", "-o", f"{layout.BIN}{os.sep}", "./cmd/..."]
    run(command, {**os.environ, **GO_SETTINGS}, layout.LAB)


def guest() -> None:
    """QEMU, an SSH client, and the image of a real Linux guest, all from Debian.

    Where they cannot be had this says why, and the tests that need a guest fail; the others can still run.
    """
    env = {**os.environ, "PYTHONPATH": str(layout.LAB)}
    command = [sys.executable, "-m", "guestimage"]
    installed = subprocess.run([*command, "check", "--install"], env=env, check=False).returncode == 0
    if installed:
        build = [*command, "build", "--to", str(layout.CACHE / "guest")]
        subprocess.run(build, env=env, stdout=subprocess.DEVNULL, check=False)


def rulebook() -> None:
    """ansible-rulebook, and the Java runtime that it needs, from Debian.

    Where that cannot be had this says why, and the tests of events fail; the others can still run.
    """
    venv("rulebook")
    if _java_is_new_enough():
        return
    _install(JAVA)
    if not _java_is_new_enough():
        by_hand = f"install it, on Debian by 'apt-get install {JAVA}'"
        print(f"ansible-rulebook needs Java 17 or newer: {by_hand}", flush=True)


def browser() -> None:
    """Playwright, and from Debian the browser that it drives.

    Where they cannot be had this says why, and the tests of pages fail; the others can still run.
    """
    venv("page")
    if shutil.which(BROWSER) is None:
        _install(BROWSER)
    if shutil.which(BROWSER) is None:
        print(f"Pages need {BROWSER}: install it, on Debian by 'apt-get install {BROWSER}'", flush=True)


def _install(package: str) -> None:
    """A package of Debian, where this account may."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    print(f"Installing {package}", flush=True)
    quiet = ("apt-get", "--quiet=2")
    for command in ((*quiet, "update"), (*quiet, "install", "--yes", "--no-install-recommends", package)):
        if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False).returncode:
            break


def _java_is_new_enough() -> bool:
    if shutil.which("java") is None:
        return False
    answer = subprocess.run(["java", "-version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return _numbers(re.search(r'version "(\d[\d.]*)', answer.stderr)) >= (17,)


def _numbers(match: re.Match[str] | None) -> tuple[int, ...]:
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _python(name: str) -> Path:
    choice = interpreters.VENVS[name]
    python = choice.python()
    if python is None:
        raise SetupError(choice.not_covered() or name)
    return python


def _site_packages(name: str) -> Path:
    (path,) = layout.venv(name).glob("lib/python3.*/site-packages")
    return path


def prepare(parts: Sequence[str]) -> None:
    special = {
        "browser": browser,
        "collections": collections,
        "go": go,
        "guest": guest,
        "lab": lab,
        "modules": modules,
        "rulebook": rulebook,
        "uv": uv,
    }
    for part in parts:
        special[part]() if part in special else venv(part)


if __name__ == "__main__":
    try:
        prepare(sys.argv[1:])
    except SetupError as error:
        sys.exit(f"Set-up: {error}")
