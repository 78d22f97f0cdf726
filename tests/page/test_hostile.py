# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are markup, script, templates or tricks do no harm, and are shown as they are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import OpenPage, look_for, shown
from readiness_fleet import make_report

NAMES = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    '"onmouseover="alert(1)',
    "'onfocus='alert(1)' autofocus='",
    "{{ 7*7 }}{% raw %}{# x #}",
    "${7*7}`",
    "a&lt;b&amp;c",
    "]]>--></title></style>",
    "https://example.invalid/x.png",
    "サーバー01・本番",
    "🙈 esxi 👩‍🔧",
    "back\\slash\"quote'",
    "%2f%00",
)


def hostile(*names: str) -> dict[str, Any]:
    """A report with a host and a VM for each name, which have it wherever one can be."""
    report = make_report(len(names), len(names))
    for name, host, vm in zip(names, report["hosts"], report["vms"], strict=True):
        spoil(name, host, vm)
    held = [{"id": name, "title": name, "enforced": name} for name in names]
    more = {"generated_at": names[0], "held": held, "plan_lines": [*names], "inventory": [*names]}
    return {**report, "vcenters": [*names], **more}


def spoil(name: str, host: dict[str, Any], vm: dict[str, Any]) -> None:
    host.update(inventory_name=name, version=name, connection_state=name, datacenter=name)
    host["host"]["name"] = name
    host["drives"][0].update(dict.fromkeys(("serial", "slot", "model", "address"), name))
    host["drives"][1]["held_by"] = [{"kind": name, "name": name}]
    host["drives"][0]["vm"] = {"name": name}
    host["orphans"] = [{"vm": {"name": name}, "address": name, "serial": name, "vendor_device": name}]
    host["error"] = {"message": name, "code": name, "remedy": name}
    host["capabilities"][0].update(title=name, lacking=[name])
    for row in (host["requirements"][0], vm["requirements"][0]):
        row.update(status="fail", value=name, evidence=name, evidence_template=name, remedy=name, source=name)
        row["attested"] = {"by": name, "date": name, "reference": name}
    vm.update(inventory_name=name, power_state=name)
    health = [{"path": name, "serial": name, "model": name, "status": name, "reasons": [name]}]
    vm["guest"] = {"asked": True, "answered": False, "reason": name, "health": health}


def test_names_are_shown_literally(open_page: OpenPage) -> None:
    page = open_page(render(hostile(*NAMES), "en"))
    plain = [name.strip() for name in NAMES]
    assert shown(page, "host") == plain
    assert shown(page, "vm") == plain
    assert page.inner_text(".plan.steps").splitlines() == plain
    for place, name in enumerate(NAMES):
        page.locator("#host tbody tr").nth(place).locator("td").nth(1).click()
        # Value, source, evidence, remedy, and three times by whom it is attested.
        assert page.inner_text("#details dl").count(name) == 7, name
        assert name in (page.text_content("#drive") or "")
    assert page.locator("script").count() == 2
    assert page.locator("img, iframe, link, object, embed").count() == 0
    handlers = "nodes => nodes.filter(node => [...node.attributes].some(({name}) => name.startsWith('on'))).length"
    assert page.eval_on_selector_all("*", handlers) == 0
    look_for(page, NAMES[1])
    assert shown(page, "host") == [NAMES[1]]


def test_what_nobody_sees_is_spelled_out(open_page: OpenPage) -> None:
    name = "vm-\u202egnp.exe\u2066\x00\x1b[31m\ud800\u200fx\ny"
    html = render(hostile(name), "en")
    assert not re.search("[\u202e\u2066\x00\x1b\ud800\u200f]", html)
    page = open_page(html)
    assert shown(page, "host")[0] == "vm-⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+0000⟩⟨U+001B⟩[31m⟨U+D800⟩⟨U+200F⟩x y"


def test_names_that_look_the_same_do_not(open_page: OpenPage) -> None:
    page = open_page(render(hostile("esxi-01", "esxi\u200b-01", "esxi-01\u00ad", "esxi-01\u3164"), "en"))
    told = ["esxi-01", "esxi⟨U+200B⟩-01", "esxi-01⟨U+00AD⟩", "esxi-01⟨U+3164⟩"]
    assert shown(page, "host") == told


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ansible_takes_nothing_in_the_page_for_a_template(language: str) -> None:
    assert re.findall(r".{9}\{[{%#]", render(hostile(*NAMES), language)) == []
