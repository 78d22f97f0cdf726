# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: selectors
short_description: Turn the drives that an inventory lists into what the modules take as devices
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Takes a list of drives, each with its criteria and perhaps a C(state), and returns those in one state, without it.
  - Fails for what is no such list, for unknown keys, for a state that is none, for one drive named twice, and for one
    that is wanted present and absent at once. Nothing is left out silently.
positional: _input, state
options:
  _input:
    description: The drives, such as C(nvme_hotplug_devices). An entry without a C(state) means V(present).
    type: list
    elements: dict
    required: true
  state:
    description: Which of them to return. All, whatever their state, if this is not given.
    type: str
    choices: [present, absent]
"""

EXAMPLES = r"""
- name: Show which drives shall leave the VM
  ansible.builtin.debug:
    msg: "{{ nvme_hotplug_devices | directpath.nvme.selectors('absent') }}"
"""

RETURN = r"""
_value:
  description: The drives as the option C(devices) of the modules takes them.
  type: list
  elements: dict
  sample:
    - address: "0000:d9:00.0"
      vendor_device: "144d:a80a"
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import read_entries


def selectors(drives: Any, state: str | None = None) -> list[dict[str, str]]:
    """The selectors of the drives in one state, or of all."""
    found = read_entries(drives, "The list of drives")
    if found.errors:
        raise AnsibleFilterError(" ".join(found.errors))
    return [entry.selector.as_dict() for entry in found.entries if state in (None, entry.state)]


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[dict[str, str]]]]:
        return {"selectors": selectors}
