# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that runs modules one after the other, as Ansible starts them, but in one process.

Its input is a list of [module, arguments, whether in check mode], its output what each of them printed. Python, the
modules' code and pyVmomi are loaded once, which is most of what a short module costs.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from typing import Any

from ansible.module_utils import basic
from ansible.module_utils.common import warnings


def answer(module: str, arguments: dict[str, Any], check: bool) -> dict[str, Any]:
    """Whatever a module raises but its end is an error of the module, and ends this program."""
    settings = {"_ansible_module_name": module, "_ansible_check_mode": check, "_ansible_diff": True}
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, **settings}}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    # What a module warns of is kept for its process.
    warnings._global_warnings.clear()
    warnings._global_deprecations.clear()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        importlib.import_module(f"ansible_collections.{module.replace('nvme.', 'nvme.plugins.modules.')}").main()
    found = dict(json.loads(printed.getvalue()))
    if "warnings" in found:
        found["warnings"] = [_text(warning) for warning in found["warnings"]]
    return found


def _text(warning: Any) -> str:
    """As the controller shows a warning, for which newer versions of Ansible have a type."""
    return str(warning if isinstance(warning, str) else warning["event"]["msg"])


if __name__ == "__main__":
    json.dump([answer(*call) for call in json.load(sys.stdin)], sys.stdout)
