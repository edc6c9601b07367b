# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of Systems Manager in one region, one method per API call."""

from __future__ import annotations

import typing as t

from ...._errors import RemoteError
from ..errors import calling

SERVICE = "ssm"
NOT_FOUND = "ParameterNotFound"


class Ssm:
    """Speaks to Systems Manager of one region through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def get_parameter(self, name: str) -> str | None:
        """The value of the parameter, or None if there is none."""
        try:
            with calling(SERVICE, "GetParameter", name):
                return str(self._client.get_parameter(Name=name)["Parameter"]["Value"])
        except RemoteError as exc:
            if exc.code == NOT_FOUND:
                return None
            raise

    def put_parameter(self, name: str, value: str, description: str, is_new: bool) -> None:
        """Create the parameter, or give it another value; its type stays what it is."""
        kind = {"Type": "String"} if is_new else {}
        with calling(SERVICE, "PutParameter", name):
            self._client.put_parameter(Name=name, Value=value, Description=description, Overwrite=not is_new, **kind)

    def delete_parameter(self, name: str) -> None:
        """Delete the parameter; one that is gone already counts as deleted."""
        try:
            with calling(SERVICE, "DeleteParameter", name):
                self._client.delete_parameter(Name=name)
        except RemoteError as exc:
            if exc.code != NOT_FOUND:
                raise
