# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of an inventory, as filters read them out of ``hostvars``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def evaluated(variables: Mapping[str, Any], key: str, name: str) -> Any:
    """The value of a variable of a host, with all templates in it evaluated.

    :raises ValueError: a template of it fails; in one line, with whose it is.
    """
    try:
        return _plain(variables[key])
    except Exception as error:  # whatever a template of the inventory raises
        raise ValueError(f"{key} of {name} cannot be evaluated: {' '.join(str(error).split())}") from error


def _plain(value: Any) -> Any:
    """Newer versions of Ansible leave templates inside until asked."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
