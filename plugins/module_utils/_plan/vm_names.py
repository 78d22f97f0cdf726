# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an inventory says that vSphere knows a VM (nvme_hotplug_vm). No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEYS = ("name", "moid", "uuid")
_DETAILS = ("use_instance_uuid", "folder")


def vm_name_errors(name: str, known_as: Any) -> tuple[str, ...]:
    """What is wrong with how vSphere is said to know a VM."""
    what = f"nvme_hotplug_vm of {name}"
    if not isinstance(known_as, Mapping):
        return (f"{what} is {known_as}. Write a key and a value, such as name: {name}, or leave it out.",)
    unknown = [str(key) for key in known_as if key not in (*_KEYS, *_DETAILS)]
    if unknown:
        return (f"{what} has the key '{unknown[0]}', which is none of {', '.join((*_KEYS, *_DETAILS))}.",)
    if sum(key in known_as for key in _KEYS) != 1:
        return (f"{what} has to have one of {', '.join(_KEYS)}, and no more.",)
    (given,) = (key for key in _KEYS if key in known_as)
    if not str(known_as[given] or "").strip():
        return (f"{what} has a {given} without a value.",)
    return ()
