# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand this machine's pip configuration (a mirror, a private CA) to programs that do not read it themselves."""

from __future__ import annotations

import ast
import configparser
import functools
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


@functools.cache
def pip_options() -> dict[str, str]:
    """The options of OPTIONS that are set for pip, by file or environment, in pip's order of precedence."""
    command = [str(layout.venv_bin("uv")), "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = {}
    for section in ("global", "install", ":env:"):
        for line in listing.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{section}."):
                option = name.removeprefix(f"{section}.").replace("default-timeout", "timeout")
                found[option] = " ".join(str(ast.literal_eval(value)).split())
    links = [link for link in found.get("find-links", "").split() if "://" in link or Path(link).is_dir()]
    found["find-links"] = " ".join(links)  # pip passes over a folder that is not there, uv stops
    return {option: found[option] for option in OPTIONS if found.get(option)}


def uv_environment() -> dict[str, str]:
    """Variables for uv. It must behave like pip: the system's certificates, the best version of all indexes."""
    variables = {OPTIONS[option]: value for option, value in pip_options().items()}
    if "UV_FIND_LINKS" in variables:
        variables["UV_FIND_LINKS"] = variables["UV_FIND_LINKS"].replace(" ", ",")
    fixed = {"UV_SYSTEM_CERTS": "true", "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PYTHON_DOWNLOADS": "never"}
    return {**fixed, **variables, **os.environ}


def write_pip_conf(path: Path) -> None:
    """A pip.conf for programs that pass neither the user's files nor the environment on to pip."""
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = {
        option: os.environ[variable]
        for option, variable in (("cert", "REQUESTS_CA_BUNDLE"), ("proxy", "HTTPS_PROXY"))
        if variable in os.environ
    } | pip_options()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # an index URL may carry a password
    with path.open("w", encoding="utf-8") as file:
        config.write(file)
