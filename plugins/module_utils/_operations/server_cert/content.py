# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a certificate of IAM holds, in the words of the project document."""

from __future__ import annotations

import typing as t

from ..._clients.machine import crypto
from ..._core.server_cert import server_certs
from ..._core.server_cert.server_certs import Content


def describe(content: Content) -> dict[str, t.Any]:
    """A server certificate that IAM gave back, as it stands in results."""
    return server_certs.describe(content.stored, crypto.inspect(content.body))
