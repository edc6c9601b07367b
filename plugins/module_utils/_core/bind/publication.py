# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the certificate in service is published for templates that refer to it: a parameter of Systems Manager.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

from __future__ import annotations

import re

from ..values.texts import quoted

PREFIX = "ssm:"
MAX_LEVELS, MAX_LENGTH = 15, 900
_NAME = re.compile(r"(/[A-Za-z0-9_.-]+)+")
_OF_AWS = ("/aws", "/ssm")


def problems(option: str, text: str) -> list[str]:
    """Why nothing can be published there."""
    name = text.removeprefix(PREFIX)
    if not text.startswith(PREFIX) or not _NAME.fullmatch(name):
        shown = quoted(text)
        return [f"{option}: {shown} is not the path of a parameter; write it as in ssm:/certops/webapp/certificate"]
    if name.lower().startswith(_OF_AWS):
        return [f"{option}: names of parameters that begin with {' or '.join(_OF_AWS)} belong to AWS; choose another"]
    if name.count("/") > MAX_LEVELS or len(name) > MAX_LENGTH:
        shown = quoted(text)
        return [f"{option}: {shown} has more than {MAX_LEVELS} levels or {MAX_LENGTH} characters; make it shorter"]
    return []


def parameter_of(text: str) -> str:
    """The name of the parameter, of a text without ``problems``."""
    return text.removeprefix(PREFIX)
