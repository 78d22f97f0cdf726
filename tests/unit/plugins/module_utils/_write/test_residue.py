# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removing residue: what is sent, and that nothing but a read back counts."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._write import residue as module

LEFT = Residue("pciPassthru26", {"pciPassthru26.present": "FALSE", "pciPassthru26.pciSlotNumber": "-1"})
OLDER = Residue("pciPassthru3", {"pciPassthru3.present": "FALSE"})

Remove = Callable[..., list[Any]]


@pytest.fixture
def remove(make_vm: Callable[..., Vm], monkeypatch: pytest.MonkeyPatch) -> Remove:
    """What is sent to remove LEFT from a VM that has ``after`` of it by then."""

    def make(after: tuple[Residue, ...] | None) -> list[Any]:
        sent: list[Any] = []
        monkeypatch.setattr(module, "apply_spec", lambda _session, _vm, spec, *_words: sent.append(spec))
        monkeypatch.setattr(module, "read_residue", lambda *_args: after)
        session: Any = SimpleNamespace(server="vcenter.lab")
        module.remove_residue(session, make_vm(), [LEFT])
        return sent

    return make


def test_one_call_that_empties_the_keys_and_changes_nothing_else(remove: Remove) -> None:
    # What came meanwhile is another's.
    (spec,) = remove((OLDER,))
    fields = {field.name for field in spec._GetPropertyList() if getattr(spec, field.name) not in (None, [])}
    assert fields == {"extraConfig"}
    assert {item.key: item.value for item in spec.extraConfig} == dict.fromkeys(LEFT.options, "")


@pytest.mark.parametrize("after", [(LEFT,), None])
def test_what_is_still_there_or_cannot_be_read_is_not_removed(remove: Remove, after: Any) -> None:
    with pytest.raises(DirectPathError) as caught:
        remove(after)
    assert (caught.value.code, caught.value.vm) == ("not_applied", "vm-01")
    assert "pciPassthru26" in caught.value.msg
