# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores a certificate in IAM: adopts what is there, uploads what is not, and decides again when another run came in
between."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.aws.iam import Iam, Upload
from ..._clients.machine import crypto
from ..._core.server_cert import server_certs, upload_plan
from ..._core.server_cert.server_certs import Content, StoredCertificate
from ..._core.server_cert.upload_plan import WantedUpload
from ..._core.values.plan import Outcome, Plan
from ..._core.values.waiting import Clock, backoff
from ..._errors import RefusedError, RemoteError
from .certificate_input import CertificateInput

ATTEMPTS = 5
# Another run uploaded under the same name, or changed something of IAM, since the listing.
RACES = ("EntityAlreadyExists", "ConcurrentModification")
# There is no room, or something of the certificate is beyond another limit.
FULL = "LimitExceeded"


def check_quota(iam: Iam, headroom: int) -> None:
    """RefusedError unless the account has room for one more server certificate and ``headroom`` others."""
    _require_room(iam.known_server_certificate_quota(1 + headroom), headroom)


def _require_room(counted: tuple[int, int], headroom: int) -> None:
    used, allowed = counted
    refusal = server_certs.Quota(used, allowed, headroom).refusal()
    if refusal:
        raise RefusedError(refusal, used=used, quota=allowed, quota_headroom=headroom)


@dataclass(frozen=True)
class Storing:
    """One server certificate to be stored; ``headroom`` places of the quota stay free, ``expected`` is the name under
    which it should be there already. One that ``is_new`` is nowhere yet, and
    ``others`` are names that it does not get."""

    iam: Iam
    clock: Clock
    material: CertificateInput
    wanted: WantedUpload
    headroom: int
    expected: str | None = None
    is_new: bool = False
    others: tuple[str, ...] = ()

    def converge(self, check_mode: bool) -> Outcome:
        """Observe, plan and apply, again when another run came in between."""
        lost_races: list[str] = []
        while True:
            found, plan = self._plan(tuple(lost_races))
            if not plan or check_mode:
                return self._outcome(found, plan, changed=bool(plan or lost_races))
            try:
                return self._outcome(self._apply(plan) or found, plan, changed=True)
            except RemoteError as exc:
                if exc.code == FULL:
                    _require_room(self.iam.get_server_certificate_quota(), self.headroom)
                if exc.code not in RACES or len(lost_races) == ATTEMPTS - 1:
                    raise
                self.clock.sleep(backoff(len(lost_races)))
                lost_races.append(plan.steps[0].target)

    def _plan(self, lost_races: tuple[str, ...]) -> tuple[StoredCertificate, Plan]:
        content = None if lost_races else self._expected()
        if content is not None:
            observed = upload_plan.ObservedIam((content.stored,), {content.stored.name: content.tags})
            return content.stored, upload_plan.plan_present(observed, self.wanted)
        return self._as_new() if self.is_new and not lost_races else self._search(lost_races)

    def _as_new(self) -> tuple[StoredCertificate, Plan]:
        """An upload without a look at what there is: IAM refuses a name that exists, and where there is no room, and
        then it is looked. Only of places that are to stay free it knows nothing."""
        if self.headroom:
            check_quota(self.iam, self.headroom)
        others = tuple(StoredCertificate(name=name, path=self.wanted.path) for name in self.others)
        plan = upload_plan.plan_present(upload_plan.ObservedIam(others), self.wanted)
        return StoredCertificate(name=plan.steps[0].target, path=self.wanted.path), plan

    def _expected(self) -> Content | None:
        """What has the expected name, if it is the certificate: one read tells content, path and tags, so that no
        listing is needed."""
        content = self.iam.get_server_certificate(self.expected) if self.expected else None
        return (
            content
            if content is not None and content.stored.path == self.wanted.path and self._is_same(content)
            else None
        )

    def _search(self, lost_races: tuple[str, ...]) -> tuple[StoredCertificate, Plan]:
        listed = self.iam.list_server_certificates() if lost_races else self.iam.known_server_certificates()
        stored = {one.name: one for one in listed}
        contents = [
            self.iam.get_server_certificate(one.name)
            for one in stored.values()
            if upload_plan.may_be_same(one, self.wanted)
        ]
        # the listing may lag behind the upload that won
        contents += [self.iam.get_server_certificate(name) for name in lost_races if name not in stored]
        known = {content.stored.name: content for content in contents if content is not None}
        stored.update({name: content.stored for name, content in known.items()})
        same = {
            name: content.tags
            for name, content in known.items()
            if content.stored.path == self.wanted.path and self._is_same(content)
        }
        plan = upload_plan.plan_present(upload_plan.ObservedIam(tuple(stored.values()), same), self.wanted)
        name = plan.after["server_certificate"]["name"]
        if plan and plan.steps[0].action == "upload":
            check_quota(self.iam, self.headroom)
            return StoredCertificate(name=name, path=self.wanted.path), plan
        return stored[name], plan

    def _is_same(self, content: Content) -> bool:
        return crypto.same_certificates(content.body + "\n" + content.chain, self.material.leaf + self.material.chain)

    def _apply(self, plan: Plan) -> StoredCertificate | None:
        step = plan.steps[0]
        if step.action == "tag":
            self.iam.tag_server_certificate(step.target, step.values["tags"])
            return None
        upload = Upload(
            name=step.target,
            path=self.wanted.path,
            body=self.material.leaf,
            chain=self.material.chain,
            private_key=self.material.private_key,
            tags=self.wanted.tags,
        )
        return self.iam.upload_server_certificate(upload)

    def _outcome(self, stored: StoredCertificate, plan: Plan, changed: bool) -> Outcome:
        warnings: tuple[str, ...] = ()
        if not self.material.chain:
            warnings = (
                (
                    "the certificate has no chain: viewers, and CloudFront itself, trust it only with the intermediate"
                    " certificates of its CA"
                ),
            )
        described = server_certs.describe(stored, self.material.certificate)
        is_new = bool(plan) and plan.steps[0].action == "upload"
        result = {**server_certs.result(described, plan.reason), "uploaded": is_new}
        return Outcome(changed=changed, result=result, before=plan.before, after=plan.after, warnings=warnings)
