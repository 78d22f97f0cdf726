# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping the record of a host's replacements."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import (
    ATTRIBUTE,
    Replacement,
    encode,
    encode_file,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import attribute_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.replacement import Book
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.attribute import write_attribute


def write_book(session: Session, book: Book, records: Sequence[Replacement]) -> None:
    """Keep these records, and see that they are kept.

    :raises DirectPathError: ``replacement_not_kept``.
    """
    host = book.identity["name"]
    if book.file:
        try:
            _replace_file(book.file, encode_file(records, host))
        except OSError as error:
            raise _not_kept(book, host, str(error)) from error
        return
    text = encode(records)
    after = attribute_of(write_attribute(session, book.host, ATTRIBUTE, text), ATTRIBUTE)
    if after != text:
        raise _not_kept(book, host, "vCenter accepted it, but it reads differently")


def _replace_file(file: Path, text: str) -> None:
    """At once, so that a run that is killed leaves the old record or the new one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, file)
    except OSError:
        os.unlink(name)
        raise


def _not_kept(book: Book, host: str, why: str) -> DirectPathError:
    return DirectPathError(
        f"{book.where} does not keep the record of what is being replaced on host {host}: {why}.",
        "replacement_not_kept",
        host=host,
        remedy="Mend that, or name a file (nvme_replace_record_file), then run the play again: it looks where it is.",
    )
