# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else writes to a resource, as its tags tell: a stack of CloudFormation, Terraform, and the like; and what to do.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..values.texts import quoted

STACK_TAG = "aws:cloudformation:stack-name"
# AWS sets the tag of a stack itself; these stand in tags by convention only.
_TOOLS = ("terraform", "opentofu", "pulumi", "crossplane")
_SAYS_WHO = frozenset({"managedby", "provisionedby", "provisioner", "deployedby", "createdby", "iac"})
_NO = frozenset({"", "false", "no", "0", "none"})
NAMED = 3
REMEDY = (
    "set publish and let the template refer to the parameter, set ignore_changes in Terraform, or keep the ARN with"
    " certificate_store acm and acm_arn same; docs/infrastructure-as-code.md has examples"
)
_SEPARATORS = re.compile(r"[\s_.:/-]+")


def owner(tags: t.Mapping[str, str]) -> str:
    """What would put its own certificate back, as words for a sentence; empty if the tags name nothing."""
    if tags.get(STACK_TAG):
        return f"the CloudFormation stack {quoted(tags[STACK_TAG])}"
    words = {_SEPARATORS.sub("", key.lower()): value.strip().lower() for key, value in tags.items()}
    for tool in _TOOLS:
        is_named = any(tool in value for key, value in words.items() if key in _SAYS_WHO)
        is_marked = any(key.startswith(tool) and value not in _NO for key, value in words.items())
        if is_named or is_marked:
            return tool.capitalize().replace("Opentofu", "OpenTofu")
    return ""


@dataclass(frozen=True)
class Owned:
    """Something that a run changes, and the owner that sets the certificate of its template again."""

    id: str
    owner: str


def owned(ids: t.Iterable[str], tags: t.Mapping[str, t.Mapping[str, str]]) -> tuple[Owned, ...]:
    """What of these has another owner, each once."""
    return tuple(Owned(one, who) for one in dict.fromkeys(ids) if (who := owner(tags.get(one, {}))))


def warning(found: t.Collection[Owned]) -> tuple[str, ...]:
    """One line for all that has another owner."""
    if not found:
        return ()
    shown = ", ".join(f"{one.id} ({one.owner})" for one in list(found)[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    verb = "has an owner" if len(found) == 1 else "have owners"
    return (f"{shown}{more} {verb} whose next update sets the certificate of its template again: {REMEDY}",)
