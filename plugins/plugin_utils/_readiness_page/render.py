# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The readiness page: from a report to one self-contained HTML text."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path
from typing import Any

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page import drives, sections
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.findings import findings
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.matrix import Matrix, Strings, cell
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.plan import plan_lines
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import (
    LETTERS,
    SIGNS,
    Facts,
    hosts_of,
    vms_of,
)
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.text import embedded, shown, visible
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.words import SCRIPT_TEXTS, STATUSES
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

_FOLDER = Path(__file__).parent

CHUNK = 40
"""Rows in one part of a table of requirements: the browser lays out only the parts that are seen (page.css)."""


def render(report: Facts, language: str) -> str:
    """The page.

    :param report: as the filter ``readiness_report`` makes it.
    :param language: one of ``catalogue.LANGUAGES``.
    """
    say = Catalogue(language)
    hosts, vms = hosts_of(report, say), vms_of(report, say)
    matrices = {"host": Matrix.of(hosts), "vm": Matrix.of(vms)}
    style, script = _asset("page.css"), _asset("page.js")
    columns = sections.capability_columns(hosts, say)
    return _template().render(
        _=say,
        language=language,
        style=style,
        script=script,
        policy=_policy(style, script),
        vcenters=report.get("vcenters") or (),
        held=report.get("held") or (),
        plan_lines=plan_lines(report, say),
        made_at=sections.made_at(report),
        verdict=sections.verdict(report, [*hosts, *vms], say),
        scope=sections.scope(report, say),
        inventory=report.get("inventory") or (),
        figures=sections.figures(hosts, vms, say),
        statuses=[(LETTERS[status], SIGNS[status], *map(say, texts)) for status, texts in STATUSES.items()],
        signs=SIGNS,
        words={status: say(texts[0]) for status, texts in STATUSES.items()},
        letters=LETTERS,
        cell=cell,
        chunk=CHUNK,
        findings=findings(list(matrices.values()), say),
        hosts=matrices["host"],
        vms=matrices["vm"],
        silent_guests=sections.silent_guests(vms, say),
        guest_state=sections.guest_state,
        health=drives.health_of(vms, say),
        healthy=drives.healthy_of(vms),
        drives=[(host.name, drives.drives_of(host, say), drives.doubts_of(host)) for host in hosts],
        capability_columns=columns,
        capabilities=[(host.name, sections.capabilities_of(host, columns)) for host in hosts],
        attestations=sections.attestations([*hosts, *vms], say),
        data=embedded(_data(matrices, say)),
    )


def _data(matrices: dict[str, Matrix], say: Catalogue) -> dict[str, Any]:
    """What the script reads: texts once each, and the verdicts behind the cells."""
    strings = Strings()
    details = {kind: matrix.details(strings) for kind, matrix in matrices.items()}
    vms = matrices["vm"].subjects
    details["vm"]["guests"] = [strings.number(say((vm.facts.get("guest") or {}).get("reason") or "")) for vm in vms]
    details["vm"]["health"] = drives.letters_of_health(vms)
    details["vm"]["drives"] = [strings.number(drives.names_of_drives(vm)) for vm in vms]
    return {
        **details,
        "strings": [visible(text) for text in strings.all()],
        "signs": {LETTERS[status]: sign for status, sign in SIGNS.items()},
        "words": {LETTERS[status]: say(texts[0]) for status, texts in STATUSES.items()},
        "say": [say(text) for text in SCRIPT_TEXTS],
    }


def _policy(style: Markup, script: Markup) -> str:
    """Nothing may be loaded, and nothing runs but the page's own script."""
    rules = ("default-src 'none'", f"style-src {_hash(style)}", f"script-src {_hash(script)}")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def _asset(name: str) -> Markup:
    """The style sheet or the script, without the comments and indentation that only its readers need."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    text = re.sub(r"^\s*(//.*|/\*(?:.|\n)*?\*/)$", "", text, flags=re.MULTILINE)
    return Markup(re.sub(r"\n\s*", "\n", text).strip())  # noqa: S704 (a file of this collection)


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
