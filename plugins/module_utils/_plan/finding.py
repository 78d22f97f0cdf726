# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan has to say besides its steps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something an operator should know that does not stop the work.

    :param id: of the requirement it is about; None where it is about none.
    :param status: ``warning``, or in check mode ``deferred``: a real run needs that by then, and an earlier step of
        the same playbook provides it.
    :param message: one or two sentences.
    """

    id: str | None
    status: str
    message: str

    def as_dict(self) -> dict[str, str | None]:
        """As results show it."""
        return dict(vars(self))
