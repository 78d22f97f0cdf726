# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one shape of a plan: steps to do, notes to tell, obstacles that stand in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

Step = TypeVar("Step")


@dataclass(frozen=True)
class Note:
    """Something an operator should know that does not stop the work.

    :param id: of the requirement it is about; None where it is about none.
    :param message: one or two sentences.
    """

    id: str | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Obstacle:
    """Why a plan cannot be carried out as things are.

    :param error: what the real run would fail with.
    :param mendable: an earlier step of the same playbook provides what is lacking (power, P5 to P7, a reboot), so that
        check mode, in which that step did nothing, must not fail for it.
    """

    error: DirectPathError
    mendable: bool = False


@dataclass(frozen=True)
class Plan(Generic[Step]):
    """What has to be done, in order; nothing, where ``steps`` is empty."""

    steps: tuple[Step, ...] = ()
    notes: tuple[Note, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    def hindered_by(self, errors: Sequence[DirectPathError]) -> Plan[Step]:
        """The same plan with more in its way, which no earlier step mends."""
        return replace(self, obstacles=(*self.obstacles, *(Obstacle(error) for error in errors)))

    def admit(self, check_mode: bool) -> list[str]:
        """The one gate between a plan and the write.

        :return: what check mode leaves to an earlier step, and the notes, as warnings.
        :raises DirectPathError: the first obstacle that is final, or any obstacle in a real run.
        """
        for obstacle in self.obstacles:
            if not (check_mode and obstacle.mendable):
                raise obstacle.error
        deferred = [f"The real run needs this first: {obstacle.error}" for obstacle in self.obstacles]
        return [*deferred, *(note.message for note in self.notes)]
