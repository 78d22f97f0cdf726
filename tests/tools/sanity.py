# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test's sanity tests, without containers, on a copy of the collection.

`sanity.py VENV` runs all of them with the ansible-core and Python of .cache/venv-VENV. `sanity.py VENV 3.9` runs those
that start the modules on another Python, one that modules run on but ansible-core does not.

ansible-test fetches pip from a host of its own, and passes no variables on to it; so it gets a HOME with a pip.conf,
and a script in place of that download.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import interpreters
import layout
import registry
from checkout import link, make_checkout

GET_PIP = """\
# Stands in for get-pip.py: uv installs pip and its kind into this virtual environment.
import os, subprocess, sys

packages = [argument for argument in sys.argv[1:] if "==" in argument]
command = [{uv!r}, "pip", "install", "--quiet", "--python", sys.executable, *packages]
sys.exit(subprocess.call(command, env=dict(os.environ, **{settings!r})))
"""


def make_home(home: Path) -> None:
    """HOME for ansible-test: its environments stay there between runs, and the user's own are left alone."""
    registry.write_pip_conf(home / ".config" / "pip" / "pip.conf")
    (requirements,) = Path(sys.prefix).glob("lib/python3.*/site-packages/ansible_test/_internal/python_requirements.py")
    script = GET_PIP.format(uv=str(layout.venv_bin("uv", "uv")), settings=registry.uv_settings())
    for version in re.findall(r"\bpip='([\d.]+)'", requirements.read_text(encoding="utf-8")):
        registry.write_private(home / ".ansible/test/cache" / f"get_pip_{version.replace('.', '_')}.py", script)


def main(venv: str, target_python: str | None = None) -> int:
    work = layout.CACHE / f"sanity-{venv}"
    collection = make_checkout(work)
    make_home(work / "home")
    # Below the programs of this environment: shellcheck, which the development tools have.
    path = [str(work / "bin"), os.environ["PATH"], str(layout.venv("dev") / "bin")]
    own_python = "{}.{}".format(*sys.version_info)
    command = ["ansible-test", "sanity", "--color", "no"]
    if target_python:
        major, _dot, minor = target_python.partition(".")
        link(work / "bin" / f"python{target_python}", interpreters.found()[int(major), int(minor)])
        command += ["--test", "compile", "--test", "import"]
        command += ["--controller", f"origin:python={own_python}", "--target-python", target_python]
    else:
        command += ["--local", "--python", own_python]
    env = {**os.environ, "HOME": str(work / "home"), "PATH": os.pathsep.join(path)}
    return subprocess.run(command, cwd=collection, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
