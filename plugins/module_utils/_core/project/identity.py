# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which AWS account a project belongs to: a store may have projects of several, each project has one."""

from __future__ import annotations

import typing as t

from ..values import texts
from ..values.partitions import AwsAccount
from ..values.shapes import AccountRecord, ProjectDocument

OPTION = "project_account_change"
_REMEDY = (
    f"use the credentials and the region of its account, or set {OPTION}=true for one run if the project moves to"
    " this one"
)


def account_of(document: ProjectDocument) -> AwsAccount | None:
    """The account that is recorded; in documents from before it was, that of the certificates; None if nothing
    tells."""
    recorded = document["account"]
    if recorded is not None:
        return AwsAccount(recorded["id"], recorded["partition"])
    certificates = [document["certificate"], *reversed(document["superseded"])]
    found = (AwsAccount.of_arn(one.get("arn")) for one in certificates if one)
    return next((one for one in found if one is not None), None)


def is_elsewhere(document: ProjectDocument, caller: AwsAccount) -> bool:
    """Whether the project is known to belong to another account than the caller's."""
    return account_of(document) not in (None, caller)


def refusal(document: ProjectDocument, caller: AwsAccount) -> str:
    """Why a run with the credentials of ``caller`` must not touch a project that is elsewhere, and what to do."""
    return (
        f"project {document['name']} belongs to AWS account {account_of(document)}, but the credentials are those of"
        f" {caller}, so nothing was changed; {_REMEDY}"
    )


def with_account(document: ProjectDocument, account: AwsAccount) -> ProjectDocument:
    """The document of a project that belongs to this account from now on."""
    record: AccountRecord = {"id": account.id, "partition": account.partition}
    return {**document, "account": record}


def check_record(record: t.Mapping[str, t.Any] | None) -> None:
    """Raises ValueError, or what a wrong type raises, unless this is an account as it is recorded."""
    if record is not None and AwsAccount.of_arn(f"arn:{record['partition']}:iam::{record['id']}:root") is None:
        raise ValueError(f"account {texts.quoted(dict(record))}")
