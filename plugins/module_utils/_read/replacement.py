# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a host's replacements: a custom attribute, or a file for an ESXi that nobody keeps attributes for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import (
    ATTRIBUTE,
    Replacement,
    decode,
    decode_file,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import (
    attribute_of,
    read_with_attributes,
    require_readable,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


@dataclass(frozen=True)
class Book:
    """What is on record of a host.

    :param file: where it is kept; None for the custom attribute of ``host``.
    """

    records: tuple[Replacement, ...]
    host: ObjectProperties
    file: Path | None

    @property
    def identity(self) -> dict[str, str]:
        """How results name the host."""
        return {"name": str(self.host.get("name", self.host.obj._moId)), "moid": self.host.obj._moId}

    @property
    def where(self) -> str:
        """For messages."""
        return f"The file {self.file}" if self.file else f"The custom attribute {ATTRIBUTE}"


def read_book(session: Session, moid: str, file: str | None) -> Book:
    """The record of a host.

    :param file: on the machine where the module runs; None for the custom attribute.
    :raises DirectPathError: ``replacement_unreadable``; ``replacement_not_kept``: there is no place for it.
    """
    properties = read_with_attributes(session, session.object(vim.HostSystem, moid))
    name = str(properties.get("name", moid))
    if file is None and not session.is_vcenter:
        raise DirectPathError(
            f"Host {name} alone keeps no custom attributes, so that a run which goes on later would not know what was "
            "done. Nothing was changed.",
            "replacement_not_kept",
            host=name,
            remedy="Name a file that outlives the run (nvme_replace_record_file), or go through vCenter.",
        )
    path = Path(file) if file else None
    book = Book((), properties, path)
    if path:
        return replace(book, records=decode_file(_text(path, book, name), book.where, name))
    unknown = "nobody knows whether a drive is being replaced on it. Nothing was changed."
    require_readable(properties, "replacement_unreadable", unknown)
    return replace(book, records=decode(attribute_of(properties, ATTRIBUTE), book.where, name))


def _text(file: Path, book: Book, host: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise DirectPathError(
            f"{book.where} with the record of host {host} cannot be read: {error}. Nothing was changed.",
            "replacement_unreadable",
            host=host,
            remedy="Make it readable, or name another file.",
        ) from error
