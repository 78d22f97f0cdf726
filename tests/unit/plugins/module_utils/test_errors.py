# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, combined

FIELDS = {"code", "requirement", "host", "vm", "device", "fault", "remedy"}


def test_an_error_is_one_line_that_ends_with_the_remedy() -> None:
    error = DirectPathError("The server said:\n  no.", "refused", remedy="Ask\nagain.")
    assert str(error) == "The server said: no. Ask again."
    assert error.msg == "The server said: no."


def test_fields_are_always_there() -> None:
    assert set(DirectPathError("x", "y").fields()) == FIELDS
    assert DirectPathError("x", "y", vm="vm-01").fields()["vm"] == "vm-01"


def test_what_happened_afterwards_is_added() -> None:
    error = DirectPathError("It failed.", "failed", host="h", remedy="Mend it.", devices=["a"], changed=False)
    more = error.adding("The VM is off.", {"changed": True})
    assert str(more) == "It failed. The VM is off. Mend it."
    assert more.fields() == error.fields()
    assert more.result == {"devices": ["a"], "changed": True}


def test_what_was_done_is_added_without_touching_the_first_error() -> None:
    error = DirectPathError("It failed.", "failed", vm="v", devices=["a"], changed=False)
    more = error.with_result(changed=True)
    assert (str(more), more.fields()) == (str(error), error.fields())
    assert more.result == {"devices": ["a"], "changed": True}
    assert error.result == {"devices": ["a"], "changed": False}


def test_a_subject_is_added_where_the_error_has_none() -> None:
    error = DirectPathError("It failed.", "failed", host="h", remedy="Mend it.", changed=True)
    placed = error.at(host="other", vm="v", requirement="L1")
    assert (placed.host, placed.vm, placed.requirement, placed.device) == ("h", "v", "L1", None)
    assert (str(placed), placed.code, placed.result) == (str(error), "failed", {"changed": True})
    assert (error.vm, error.requirement) == (None, None)


def test_failures_of_several_hosts_become_one() -> None:
    failures = [
        DirectPathError("a is held.", "device_in_use", requirement="P5", host="a", device="1", remedy="Free it."),
        DirectPathError("a is also held.", "device_in_use", requirement="P5", host="a", device="2", remedy="Free it."),
        DirectPathError("b is lost.", "connection_lost", host="b", remedy="Try again."),
    ]
    error = combined(failures, 5, hosts=["all"], changed=True)
    assert str(error) == "2 of 5 hosts failed. a is held. a is also held. b is lost. Free it. Try again."
    assert error.fields() == {**failures[0].fields(), "remedy": "Free it. Try again."}
    assert error.result == {"hosts": ["all"], "changed": True}


def test_the_failure_of_one_host_is_told_as_it_is() -> None:
    failure = DirectPathError("a is held.", "device_in_use", host="a", remedy="Free it.")
    assert str(combined([failure], 1)) == str(failure)
