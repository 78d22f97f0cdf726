# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting a custom attribute of ours on a host. vCenter keeps custom attributes; a host alone does not."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import (
    attribute_of,
    field_key,
    read_with_attributes,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


def write_attribute(session: Session, properties: ObjectProperties, name: str, value: str) -> ObjectProperties:
    """Set an attribute, defining it first where this vCenter has never seen it.

    Of a text that vCenter cuts off or drops nothing can be read: the earlier one is put back, and is worth more.

    :param properties: the host, of read_with_attributes().
    :return: the host as it read afterwards: of two runs that write at the same moment the later one's text stays.
    """
    manager = session.content.customFieldsManager
    ref = properties.obj
    key = field_key(properties, name)
    if key is None:
        try:
            key = manager.AddCustomFieldDef(name, vim.HostSystem, None, None).key
        except vim.fault.DuplicateName:
            # Another host's run, at the same moment.
            key = field_key(read_with_attributes(session, ref), name)
    manager.SetField(ref, key, value)
    after = read_with_attributes(session, ref)
    if is_torn(attribute_of(after, name), value):
        manager.SetField(ref, key, attribute_of(properties, name))
    return after


def is_torn(kept: str, value: str) -> bool:
    """Whether a text was cut off or dropped; one that another run wrote meanwhile was not."""
    return kept != value and value.startswith(kept)
