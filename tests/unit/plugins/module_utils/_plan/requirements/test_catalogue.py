# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import ATTESTABLE
from ansible_collections.directpath.nvme.plugins.module_utils._plan.capabilities import CAPABILITIES
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.catalogue import CATALOGUE, held
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import GUEST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import PLACE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import VM_REQUIREMENTS

KNOWN = [item for group in CATALOGUE.values() for item in group]
ROWS = {
    *(row.id for row in HOST_REQUIREMENTS),
    *(row.id for row in VM_REQUIREMENTS),
    *(row.id for row in PLACE_REQUIREMENTS),
    *(row.id for row in GUEST_REQUIREMENTS),
}


def test_each_requirement_is_judged_or_rolled_up_or_held() -> None:
    ids = [item.id for item in KNOWN]
    assert len(set(ids)) == len(ids)
    kept = {item["id"] for item in held()}
    rolled_up = {item.id for item in CAPABILITIES}
    assert not kept & ROWS
    assert set(ids) == kept | rolled_up | {id_ for id_ in ROWS if id_[0].isupper()}
    assert set(ATTESTABLE) <= ROWS


def test_what_is_held_says_how() -> None:
    assert [item["id"] for item in held()] == ["N7", "N8", "L1", "L2", "L3", "V1", "V2", "V5"]
    assert all(item["title"] and item["enforced"] for item in held())


def test_no_two_rows_about_a_vm_have_one_title() -> None:
    titles = [row.title for row in VM_REQUIREMENTS]
    titles += [row.title for row in PLACE_REQUIREMENTS]
    titles += [row.title for row in GUEST_REQUIREMENTS]
    assert len(set(titles)) == len(titles)
