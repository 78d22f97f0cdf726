# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand this machine's pip configuration (a mirror, a private CA) to programs that do not read it themselves."""

from __future__ import annotations

import ast
import configparser
import functools
import io
import os
import subprocess
from pathlib import Path

import layout

# pip's option: uv's variable. `cert` and `proxy` are no options of uv, but of the libraries below it.
OPTIONS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
}

# What makes uv behave like pip: the system's certificates, the best version of all indexes. And it must use the
# Pythons of this machine.
UV_LIKE_PIP = {
    "UV_SYSTEM_CERTS": "true",
    "UV_INDEX_STRATEGY": "unsafe-best-match",
    "UV_PYTHON_DOWNLOADS": "never",
}


@functools.cache
def pip_options() -> dict[str, str]:
    """The options of OPTIONS that are set for pip, by file or environment, in pip's order of precedence."""
    command = [str(layout.venv_bin("uv")), "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = {}
    for section in ("global", "install", ":env:"):
        for line in listing.splitlines():
            name, _equals, value = line.partition("=")
            if name.startswith(f"{section}."):
                option = name.removeprefix(f"{section}.").replace("default-timeout", "timeout")
                found[option] = " ".join(str(ast.literal_eval(value)).split())
    links = [link for link in found.get("find-links", "").split() if "://" in link or Path(link).is_dir()]
    found["find-links"] = " ".join(links)  # pip passes over a folder that is not there, uv stops
    return {option: found[option] for option in OPTIONS if found.get(option)}


def uv_settings() -> dict[str, str]:
    """All variables that uv needs here; those that the user set come first."""
    from_pip = {OPTIONS[option]: value for option, value in pip_options().items()}
    if "UV_FIND_LINKS" in from_pip:
        from_pip["UV_FIND_LINKS"] = from_pip["UV_FIND_LINKS"].replace(" ", ",")
    users = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "SSL_"))}
    return {**UV_LIKE_PIP, **from_pip, **users}


def write_pip_conf(path: Path) -> None:
    """A pip.conf for programs that pass neither the user's files nor the environment on to pip."""
    variables = (("cert", "REQUESTS_CA_BUNDLE"), ("proxy", "HTTPS_PROXY"))
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = {option: os.environ[name] for option, name in variables if name in os.environ} | pip_options()
    content = io.StringIO()
    config.write(content)
    write_private(path, content.getvalue())


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read: the URL of an index may carry a password."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
