# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How texts of others get into the page: nothing that they hold is markup, script or template there."""

from __future__ import annotations

import json
import re
from typing import Any

from markupsafe import Markup, escape

_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f"  # controls
    r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"  # what parts lines, or turns the order of the text round it
    r"\u00ad\u115f\u1160\u180e\u200b\u2060-\u2064\u3164\uffa0"  # what has no width, or no ink
    r"\ufff9-\ufffb\U000e0000-\U000e007f"  # what is written about text, not in it
    r"\ud800-\udfff\ufeff\ufffe\uffff]"  # lone surrogates, and what is no character
)

_IN_JSON = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

_TEMPLATE = re.compile(r"\{(?=[{%#])")


def visible(text: str) -> str:
    """The text with what nobody would see of it spelled out: ``⟨U+202E⟩``. What only parts lines is a space.

    What joins letters or emoji (U+200C, U+200D) stays, as some scripts need it.
    """
    return _INVISIBLE.sub(lambda found: _spelled(found[0]), text)


def _spelled(character: str) -> str:
    return " " if character in "\t\n\r\u2028\u2029" else f"⟨U+{ord(character):04X}⟩"


def shown(value: Any) -> Markup:
    """A value as HTML, between tags or within double quotes; nothing for None.

    Braces are written as references, so that the page can be passed through Ansible without being taken for a template.
    """
    if isinstance(value, Markup):
        return value
    text = "" if value is None else visible(str(value))
    return Markup(str(escape(text)).replace("{", "&#123;"))  # noqa: S704 (escaped in the same line)


def embedded(value: Any) -> Markup:
    """JSON that can stand in a script element: nothing in it ends that, and nothing begins a template of Ansible's."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_IN_JSON)
    # Outside of its strings JSON has no brace before one of these.
    return Markup(_TEMPLATE.sub(r"\\u007b", text))  # noqa: S704 (escaped in the two lines above)
