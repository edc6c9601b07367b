# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes server certificates that no distribution lists, one by its name or what may go below a path, with
patience for IAM, which may know one as in use a little longer."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.session import Connection
from ..._core.bind.distributions import users
from ..._core.retire import deletion
from ..._core.retire.deletion import DeletionVerdict, Rules, Search
from ..._core.server_cert import limits, server_certs
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock, backoff
from ..._errors import ConfigError, RefusedError, RemoteError
from .. import step_record
from ..server_cert.content import describe
from ..step_record import RunJournal, StepRequest

ATTEMPTS = 5
WAIT_BASE_SECONDS = 2.0
WAIT_CAP_SECONDS = 15.0
IN_USE = "DeleteConflict"


@dataclass(frozen=True)
class Clients:
    """What the search for users and the deletion speak to."""

    iam: Iam
    cloudfront: CloudFront
    journal: RunJournal | None = None


@dataclass(frozen=True)
class RemoveRequest:
    """One server certificate that shall not exist; with ``force`` also one that is not ours."""

    name: str
    force: bool
    connection: Connection


@dataclass(frozen=True)
class CleanupRequest:
    """What may be deleted below a path; with ``require_unused`` nothing is if one is in use, and ``rebound`` are the
    distributions that the same run binds to another certificate."""

    rules: Rules
    require_unused: bool
    rebound: frozenset[str]
    connection: Connection
    step: StepRequest | None = None


def parse(params: Params) -> CleanupRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = limits.path_problems(params["path"]) or deletion.path_problems(params["path"], params["all_projects"])
    if params["keep_previous"] < 0:
        problems.append(f"keep_previous: {params['keep_previous']} is negative; use 0 or more")
    if problems:
        raise ConfigError(problems)
    candidates = params["candidates"]
    rules = Rules(
        path=params["path"],
        keep=frozenset(params["keep"]),
        candidates=frozenset(candidates) if candidates is not None else None,
        keep_previous=params["keep_previous"],
        all_projects=params["all_projects"],
    )
    rebound = frozenset(params["rebound"] if params.check_mode else ())
    return CleanupRequest(rules, params["require_unused"], rebound, Connection.of(params), step_record.parse(params))


def clean_up(request: CleanupRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Delete what may be deleted below the path."""
    rules = request.rules
    stored, tags = _stored(clients.iam, rules)
    search = _search(clients.cloudfront, stored, request) if deletion.meant(stored, rules) else Search(())
    for name in deletion.tags_needed(stored, search, rules):
        if name not in tags:
            tags[name] = clients.iam.list_server_certificate_tags(name)
    verdicts = deletion.decide(stored, search, rules, tags)
    in_use = [verdict for verdict in verdicts if verdict.used_by]
    if search.distributions is None:
        return _nothing_deleted(verdicts, f"the search for users failed, so nothing was deleted: {search.error}")
    if request.require_unused and in_use:
        users = "; ".join(f"{verdict.certificate.name} by {', '.join(verdict.used_by)}" for verdict in in_use)
        return _nothing_deleted(
            verdicts,
            f"certificates are in use, so nothing was deleted: {users}; bind these distributions to another certificate"
            " first",
        )
    doomed = [verdict.certificate.name for verdict in verdicts if verdict.delete]
    if doomed and clients.journal and not check_mode:
        clients.journal.hold(clock.now())
    refusals = {name: None if check_mode else delete(clients.iam, clock, name) for name in doomed}
    return _deleted(request, verdicts, refusals)


def _stored(iam: Iam, rules: Rules) -> tuple[tuple[StoredCertificate, ...], dict[str, dict[str, str]]]:
    """The certificates below the path, with the tags as far as they are known. A few that are named are read one by
    one, which tells their tags as well."""
    names = deletion.names_to_read(rules)
    if names is None:
        return iam.list_server_certificates(rules.path), {}
    contents = [content for name in names if (content := iam.get_server_certificate(name)) is not None]
    return tuple(one.stored for one in contents), {one.stored.name: dict(one.tags) for one in contents}


def _search(cloudfront: CloudFront, stored: t.Iterable[StoredCertificate], request: CleanupRequest) -> Search:
    try:
        found = tuple(one for one in cloudfront.list_distributions() if one.id not in request.rebound)
        return deletion.search_of(found, stored, request.rules.keep)
    except RemoteError as exc:
        return Search(None, exc.message)


def _nothing_deleted(verdicts: t.Sequence[DeletionVerdict], failure: str) -> Outcome:
    kept = [{**verdict.as_dict(), "reason": failure if verdict.delete else verdict.reason} for verdict in verdicts]
    records: dict[str, t.Any] = {"Delete_Previous_IAM_SSL_Cert": {}}
    return Outcome(
        changed=False, result={"deleted": [], "kept": kept, "records": records, "reason": failure}, failure=failure
    )


def _deleted(
    request: CleanupRequest, verdicts: t.Sequence[DeletionVerdict], refusals: t.Mapping[str, RemoteError | None]
) -> Outcome:
    """The outcome, where ``refusals`` has what IAM said to each deletion, or None if it obeyed."""
    names = [verdict.certificate.name for verdict in verdicts]
    deleted = [name for name, refusal in refusals.items() if refusal is None]
    refused = {name: refusal for name, refusal in refusals.items() if refusal is not None}
    # "in use" is an answer, not a failure, unless it was required that nothing is
    failures = [refusal.message for refusal in refused.values() if request.require_unused or refusal.code != IN_USE]
    messages = {name: refusal.message if refusal else None for name, refusal in refusals.items()}
    return Outcome(
        changed=bool(deleted),
        result={
            "deleted": deleted,
            "kept": _kept(verdicts, refused),
            "records": {"Delete_Previous_IAM_SSL_Cert": deletion.deleted_record(messages)},
            "reason": (
                f"{len(refusals)} of {len(verdicts)} server certificates under {request.rules.path} to delete: ours,"
                " superseded and unused"
            ),
        },
        before={"server_certificates": names},
        after={"server_certificates": [name for name in names if name not in deleted]},
        warnings=tuple(f"server certificate {name} was kept: {refusal.message}" for name, refusal in refused.items()),
        failure=(
            f"{len(failures)} server certificates could not be deleted: {'; '.join(failures)}" if failures else None
        ),
    )


def _kept(verdicts: t.Sequence[DeletionVerdict], refused: t.Mapping[str, RemoteError]) -> list[dict[str, t.Any]]:
    """What stays by the rules, then what IAM would not delete."""
    kept = [verdict.as_dict() for verdict in verdicts if not verdict.delete]
    return kept + [
        {**verdict.as_dict(), "reason": refused[verdict.certificate.name].message}
        for verdict in verdicts
        if verdict.delete and verdict.certificate.name in refused
    ]


def delete(iam: Iam, clock: Clock, name: str) -> RemoteError | None:
    """Delete the certificate, or return IAM's last refusal; one that is gone already counts as deleted."""
    attempt = 0
    while True:
        refusal = _try(iam, name)
        if refusal is None or refusal.code != IN_USE or attempt == ATTEMPTS - 1:
            return refusal
        clock.sleep(backoff(attempt, base=WAIT_BASE_SECONDS, cap=WAIT_CAP_SECONDS))
        attempt += 1


def delete_or_refuse(iam: Iam, clock: Clock, name: str) -> None:
    """Delete the certificate; RefusedError if IAM keeps saying that it is in use."""
    refusal = delete(iam, clock, name)
    if refusal is None:
        return
    if refusal.code != IN_USE:
        raise refusal
    raise RefusedError(
        f"server certificate {name} is kept: no CloudFront distribution lists it, but IAM says that it is in use"
        f" ({refusal.message}); a load balancer or API may use it, or a distribution's change is not yet deployed: run"
        " again later"
    ) from refusal


def _try(iam: Iam, name: str) -> RemoteError | None:
    try:
        iam.delete_server_certificate(name)
    except RemoteError as exc:
        return exc
    return None


def remove_unused(request: RemoveRequest, iam: Iam, cloudfront: CloudFront, clock: Clock, check_mode: bool) -> Outcome:
    """The certificate is gone; RefusedError if it is not ours, or if a distribution uses it."""
    name = request.name
    content = iam.get_server_certificate(name)
    if content is None:
        return Outcome(changed=False, result=server_certs.result(None, f"server certificate {name} does not exist"))
    foreign = None if request.force else deletion.reason_not_ours(content.stored.path, content.tags)
    if foreign:
        raise RefusedError(
            f"server certificate {name} ({content.stored.id}) is kept: {foreign}; set force to delete it all the same"
        )
    used_by = users(cloudfront.list_distributions(), content.stored.id)
    if used_by:
        raise RefusedError(
            f"server certificate {name} ({content.stored.id}) is kept: the CloudFront distributions"
            f" {', '.join(used_by)} use it; bind them to another certificate first (cloudfront_cert_bind)",
            used_by=list(used_by),
        )
    if not check_mode:
        delete_or_refuse(iam, clock, name)
    described = describe(content)
    before = {"server_certificate": {key: described[key] for key in ("name", "path", "serial", "not_after")}}
    return Outcome(
        changed=True,
        result=server_certs.result(described, f"no CloudFront distribution uses server certificate {name}"),
        before=before,
    )
