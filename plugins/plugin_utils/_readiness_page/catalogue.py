# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page's language: English, which is what everything is written in, or another by its catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.japanese_requirements import REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.japanese_ui import UI

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": {}, "ja": {**REQUIREMENTS, **UI}}
"""By language, what each English text (msgid) is in it."""

_FIELD = re.compile(r"\{(\w+)\}")

VALUES = {
    "{part} of {whole}": re.compile(r"(?P<part>[\d-]+) of (?P<whole>\d+( MB)?)"),
    "Host profile {name}": re.compile(r"Host profile (?P<name>.+)"),
}
"""By text, how a value looks that is one. A name that only has such a thing in it stays as it is."""

SHARED = ("unknown", "off")
"""Words of the page that the tables say as values, too."""

_CLAUSE = re.compile(r"\A[a-z]+(?=[ ,])")
"""How evidence begins that follows the name of a VM in messages; a setting's name has capitals within."""


class Catalogue:
    """The texts of one language. What has no translation, as a server's own words, stays as it is."""

    def __init__(self, language: str) -> None:
        """:param language: one of LANGUAGES."""
        self.language = language
        self._texts = LANGUAGES[language]

    def __call__(self, msgid: str, **values: Any) -> str:
        """A text, with its ``{fields}`` filled in."""
        text = self._texts.get(msgid, msgid)
        return _FIELD.sub(lambda field: str(values[field[1]]), text) if values else text

    def value(self, text: str) -> str:
        """What was read: a word of the tables, or of a server, or ``2 of 8``.

        The page's own words stay out of it: a VM may be called Plan, or a datacenter Host.
        """
        if text in self._texts and (text in SHARED or text not in UI):
            return self._texts[text]
        found = ((msgid, pattern.fullmatch(text)) for msgid, pattern in VALUES.items())
        return next((self(msgid, **match.groupdict()) for msgid, match in found if match), text)

    def evidence(self, row: Mapping[str, Any]) -> str:
        """What was seen of a requirement, as a sentence."""
        template, values = str(row.get("evidence_template")), row.get("evidence_values") or {}
        if template not in self._texts:
            return _CLAUSE.sub(lambda word: word[0].capitalize(), str(row.get("evidence") or ""))
        said = {name: self.value(value) if isinstance(value, str) else value for name, value in values.items()}
        return _FIELD.sub(lambda field: str(said.get(field[1], field[0])), self._texts[template])
