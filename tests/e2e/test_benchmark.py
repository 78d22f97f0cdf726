# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark does the work that it measures. Its figures are for `make benchmark`, on a machine that is free."""

from __future__ import annotations

import cases
import pytest
import run
from cases import Case
from results import Figures

SMALL = [
    cases.hot_add(2),
    cases.readiness(1),
    cases.toggle(2, done=False),
    cases.first_run(1),
    cases.site(1),
]


@pytest.mark.parametrize("case", SMALL, ids=[case.title for case in SMALL])
def test_everybody_does_the_work(case: Case) -> None:
    results = run.measured(case, [0.0], 600)
    figures = {name: results.figures(name) for name in (case.ours.name, *(other.name for other in case.others))}
    for name, found in figures.items():
        assert isinstance(found, Figures), name
        assert found.calls > 0
        assert found.traffic > 0
        assert found.cpu > 0
        assert (found.workers is None) == (name == "by hand")


def test_a_run_that_leaves_the_work_undone_is_no_figure() -> None:
    case = cases.toggle(1, done=False)
    undone = Case(**{**vars(case), "ours": case.others[-1], "others": (), "expected": lambda _state: False})
    with pytest.raises(run.WrongRun, match="left the lab in another state"):
        run.measured(undone, [0.0], 600)
