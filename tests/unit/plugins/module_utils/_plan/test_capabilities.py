# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import OF_HOSTS, Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._plan.capabilities import CAPABILITIES, capabilities
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict, unread_rows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS, judge
from readiness_facts import READY, device, settings, view

ALL = ["C1", "C2", "C3", "C4"]
WORD = dict.fromkeys(OF_HOSTS, Attestation("J. Doe", "2026-11-20"))


def found(verdicts: list[Verdict]) -> dict[str, tuple[str, list[str]]]:
    return {item["id"]: (item["status"], item["lacking"]) for item in capabilities(verdicts)}


def but_for(*ids: str) -> list[Verdict]:
    """A host that lacks a word for these only."""
    return judge(READY, {id_: word for id_, word in WORD.items() if id_ not in ids})


def test_they_need_requirements_that_there_are() -> None:
    known = {row.id for row in HOST_REQUIREMENTS}
    assert [item.id for item in CAPABILITIES] == ALL
    assert all(set(item.needs) <= known for item in CAPABILITIES)
    assert [set(item) for item in capabilities([])] == [{"id", "title", "status", "lacking"}] * 4


def test_what_rests_on_a_word_is_attested_and_warnings_lower_nothing() -> None:
    assert found(but_for()) == dict.fromkeys(ALL, ("attested", []))
    assert [item.id for item in but_for() if item.status == "warn"] == ["N6"]


def test_a_host_without_drives_has_nothing_to_hot_add_or_remove_but_what_is_inserted() -> None:
    without = found(judge(replace(READY, devices=view()), WORD))
    assert {name: status for name, (status, _lacking) in without.items()} == {
        "C1": "not_applicable",
        "C2": "attested",
        "C3": "not_applicable",
        "C4": "not_applicable",
    }


def test_nothing_but_what_was_read_is_pass() -> None:
    read = [replace(item, status="pass") for item in but_for()]
    assert found(read) == dict.fromkeys(ALL, ("pass", []))


@pytest.mark.parametrize(("missing", "of"), [("Q1", ALL), ("Q5", ["C2"]), ("Q5_surprise", ["C4"])])
def test_a_word_that_is_missing_is_lacking_where_it_is_needed(missing: str, of: list[str]) -> None:
    expected = {name: ("not_attested", [missing]) if name in of else ("attested", []) for name in ALL}
    assert found(but_for(missing)) == expected


def test_hot_plug_in_esxi_matters_to_drives_that_come_and_go_physically() -> None:
    off = replace(READY, settings=settings(enablePCIEHotplug=("FALSE", "FALSE")))
    expected = {"C1": "attested", "C2": "fail", "C3": "attested", "C4": "fail"}
    assert {name: status for name, (status, _lacking) in found(judge(off, WORD)).items()} == expected


def test_the_worst_counts_and_all_that_is_lacking_is_named() -> None:
    facts = replace(READY, firmware=None, devices=view(device(enabled=False, active=False)))
    assert found(judge(facts, {}))["C1"] == ("fail", ["P5", "Q1", "Q2", "Q3", "Q4"])
    facts = replace(READY, firmware=None)
    assert found(judge(facts, {}))["C1"] == ("unknown", ["Q1", "Q2", "Q3", "Q4"])


def test_of_a_host_that_could_not_be_read_nothing_is_known() -> None:
    rows = found(unread_rows(HOST_REQUIREMENTS, "it was not found"))
    assert {status for status, _lacking in rows.values()} == {"unknown"}
