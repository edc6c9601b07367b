# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes bundles that nothing uses: from the options of archive_cleanup to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.archive import bundles
from ..._clients.aws.session import Connection
from ..._clients.machine import crypto
from ..._clients.stores import open as stores
from ..._clients.stores.base import Archive
from ..._core.certificate.bundle import KEEP_ALL, bundle_keys
from ..._core.project import definition
from ..._core.retire import retention
from ..._core.retire.retention import ArchivedBundle
from ..._core.run import ending
from ..._core.server_cert import limits
from ..._core.values import ownership
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import CertError, ConfigError


@dataclass(frozen=True)
class BundlesRequest:
    """The project whose bundles are looked at, how many stay beside those in use (by URI or fingerprint), and the
    archive. Certificates below ``iam_path`` are in use unless the run deleted them: in check mode they are still
    there."""

    project: str
    keep: int
    in_use: frozenset[str]
    archive: str | None
    iam_path: str | None
    deleted: frozenset[str]
    connection: Connection


def parse(params: Params) -> BundlesRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = definition.name_problems(params["project"], "project")
    if params["keep"] < KEEP_ALL:
        problems.append(f"keep: {params['keep']} is not a valid number of bundles; use 0 or more, or -1 to keep all")
    problems += stores.uri_problems(params["archive"], "archive")
    problems += limits.path_problems(params["iam_path"] or ownership.CLOUDFRONT_PATH)
    results, run_id = params["results"], params["run_id"]
    archived = ending.archived(results, run_id)
    if results and archived is None:
        problems.append("results: none of this run says what is archived; use the result of project_record, too")
    if problems:
        raise ConfigError(problems)
    return BundlesRequest(
        project=params["project"],
        keep=params["keep"],
        in_use=frozenset([*params["in_use"], *(archived or ())]),
        archive=params["archive"],
        iam_path=params["iam_path"],
        deleted=frozenset(ending.deleted(results, run_id)),
        connection=Connection.of(params),
    )


def remove(
    request: BundlesRequest, archive: Archive, listed: t.Callable[[str], list[dict[str, t.Any]]], check_mode: bool
) -> Outcome:
    """Delete the bundles that nothing uses, beyond those to keep; ``listed`` lists server certificates."""
    in_use = request.in_use | _in_iam(request, listed)
    keeps_all = request.keep == KEEP_ALL
    keys = bundle_keys(archive.list(f"{request.project}/"), request.project)
    found = [_read(archive, key, may_be_deleted=not keeps_all, in_use=in_use) for key in keys]
    verdicts = retention.decide(found, in_use, request.keep)
    doomed = [verdict.bundle for verdict in verdicts if verdict.delete]
    failures = {} if check_mode else {one.uri: problem for one in doomed for problem in _delete(archive, one)}
    deleted = [one.uri for one in doomed if one.uri not in failures]
    kept = [
        {**verdict.as_dict(), "reason": failures.get(verdict.bundle.uri, verdict.reason)}
        for verdict in verdicts
        if verdict.bundle.uri not in deleted
    ]
    beside = "all are kept" if keeps_all else f"{request.keep} are kept beside those in use"
    return Outcome(
        changed=bool(deleted),
        result={
            "deleted": deleted,
            "kept": kept,
            "reason": f"{len(doomed)} of {len(found)} bundles to delete, as {beside}",
        },
        before={"bundles": [one.uri for one in found]},
        after={"bundles": [one["uri"] for one in kept]},
        warnings=tuple(
            f"bundle {one['uri']} is kept: {one['reason']}" for one in kept if "cannot be read" in one["reason"]
        ),
        failure=f"{len(failures)} bundles could not be deleted: {'; '.join(failures.values())}" if failures else None,
    )


def _in_iam(request: BundlesRequest, listed: t.Callable[[str], list[dict[str, t.Any]]]) -> frozenset[str]:
    if request.iam_path is None or request.keep == KEEP_ALL:
        return frozenset()
    there = [one for one in listed(request.iam_path) if one["name"] not in request.deleted]
    return frozenset(one["fingerprint_sha256"] for one in there)


def _read(archive: Archive, key: str, may_be_deleted: bool, in_use: frozenset[str]) -> ArchivedBundle:
    """The bundle, with its fingerprint only where that decides."""
    uri = archive.uri_of(key)
    if uri in in_use or not may_be_deleted:
        return ArchivedBundle(key, uri, None)
    try:
        return ArchivedBundle(
            key, uri, crypto.inspect(bundles.unpack(archive.get(key) or b"", uri).cert).fingerprint_sha256
        )
    except ConfigError:
        return ArchivedBundle(key, uri, None)


def _delete(archive: Archive, bundle: ArchivedBundle) -> list[str]:
    try:
        archive.delete(bundle.key)
    except CertError as exc:
        return [exc.message]
    return []
