# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an event source has told, in a file, for the time when it does not run."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import Fleet


class State:
    """Without a file it keeps nothing."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path else None
        self._saved: Fleet | None = None

    def load(self, server: str) -> Fleet:
        """What was told.

        :raises DirectPathError: ``state_file_unusable``.
        """
        if self._path is None or not self._path.exists():
            return Fleet()
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            saved, fleet = data["server"], Fleet.from_dict(data)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unusable(
                repr(error), "Find out what wrote it, or remove it: the source then begins anew."
            ) from error
        if saved != server:
            # Two sources with one file would forget in turns, and miss what was pulled.
            raise self._unusable(f"it is of another server ({saved})", "Name a file for each server, or remove it.")
        self._saved = fleet
        return fleet

    def save(self, server: str, fleet: Fleet) -> None:
        """Replace the file in one step, so that there is a whole one whatever happens.

        :raises DirectPathError: ``state_file_unusable``.
        """
        if self._path is None or fleet == self._saved:
            return
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            # Slots and serial numbers are nobody else's business.
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump({"server": server, **asdict(fleet)}, file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            raise self._unusable(repr(error), "Let the source write there, or name another file.") from error
        self._saved = fleet

    def _unusable(self, reason: str, remedy: str) -> DirectPathError:
        return DirectPathError(
            f"The state file {self._path} cannot be used: {reason}.", "state_file_unusable", remedy=remedy
        )
