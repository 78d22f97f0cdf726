# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: readiness_page
short_description: Show a readiness report as a page for those who approve the change
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Makes one HTML text of a report. It needs no other file and no network, and lets the browser load none.
  - It is read on a screen, on a phone and in print; filters, search and what is behind a cell need JavaScript,
    everything else does not.
positional: _input, language
options:
  _input:
    description: A report, as P(directpath.nvme.readiness_report#filter) makes it.
    type: dict
    required: true
  language:
    description: Language of the page. What a server or a guest says stays in its own words.
    type: str
    choices: [en, ja]
    default: en
"""

EXAMPLES = r"""
- name: Write the page
  ansible.builtin.copy:
    content: "{{ hotplug_readiness_report | directpath.nvme.readiness_page('ja') }}"
    dest: readiness.html
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The page, to be written in UTF-8.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import LANGUAGES
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from jinja2 import UndefinedError


def readiness_page(report: Any, language: str = "en") -> str:
    """The page, if there is a report and the language is known."""
    if not isinstance(language, str) or language not in LANGUAGES:
        raise AnsibleFilterError(f"readiness_page has the languages {', '.join(LANGUAGES)}, not {language!r}.")
    if not isinstance(report, Mapping):
        raise AnsibleFilterError("readiness_page takes a report, which is a dictionary.")
    try:
        return render(report, language)
    except (AttributeError, KeyError, TypeError, ValueError, UndefinedError) as error:
        raise AnsibleFilterError(
            "There is no page. The report was edited, or is of another version of this collection: make it again "
            f"with the role hotplug_readiness ({type(error).__name__}: {error})."
        ) from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"readiness_page": readiness_page}
