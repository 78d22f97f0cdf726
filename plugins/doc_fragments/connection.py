# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the connection arguments and the modes, which every vSphere module has."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
requirements:
  - pyvmomi >= 8.0.3.0.1
  - requests
notes:
  - Works with vCenter and with ESXi directly.
  - The account is tried once in a task, and never again after it was refused, so that nothing locks it.
  - Certificates are checked against the CA bundle that the environment variable E(SSL_CERT_FILE) names, else against
    the system's.
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change, without changing it.
  diff_mode:
    description: Returns in diff mode what changed, or in C(check_mode) would change.
options:
  hostname:
    description:
      - Name or address of the vCenter or ESXi server, without C(https://), port or path.
      - Falls back to the environment variable E(VMWARE_HOST).
    type: str
  username:
    description:
      - User to log in as.
      - Falls back to the environment variable E(VMWARE_USER).
    type: str
    aliases: [user, admin]
  password:
    description:
      - Password of O(username).
      - Falls back to the environment variable E(VMWARE_PASSWORD).
    type: str
    aliases: [pass, pwd]
  port:
    description:
      - TCP port of the API.
      - Falls back to the environment variable E(VMWARE_PORT).
    type: int
    default: 443
  validate_certs:
    description:
      - Whether the server's certificate must be trusted.
      - Falls back to the environment variable E(VMWARE_VALIDATE_CERTS). A V(false) from there is warned about,
        once in a run of C(ansible-playbook), since some credentials of automation controllers set it by default.
    type: bool
    default: true
  proxy_host:
    description:
      - Name or address of an HTTP proxy that all requests pass through.
      - Falls back to the environment variable E(VMWARE_PROXY_HOST).
    type: str
  proxy_port:
    description:
      - TCP port of the HTTP proxy.
      - Falls back to the environment variable E(VMWARE_PROXY_PORT).
    type: int
"""
