# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project document: every key that a store keeps of a project, and what it means.

A document is plain JSON and holds no secrets. Times are RFC 3339 texts in UTC, as in ``2027-01-06T04:42:00Z``. What an
earlier version wrote has every key after ``_core.project.document.loaded``, apart from those of the classes that say
so: there a missing key means that nothing is known.
"""

from __future__ import annotations

import typing as t


class FallbackChoice(t.TypedDict):
    """A further CA, for when those before it are away or refuse."""

    acme_directory: str  # a known name, or the URL of its directory
    acme_ca_bundle: str | None  # a file with the CAs that its server is checked against
    acme_profile: str | None


class ProjectDefinition(t.TypedDict):
    """What the user wants, checked, in its stored form; each key is the role variable of its name with ``project_``."""

    domains: list[str]  # A-labels
    emails: list[str]  # who is told
    renewal_interval_days: int
    source: str  # acme, acm or files: who issues
    files: dict[str, str | None]  # for files: their paths; None is what each run is given as text
    certificate_store: str  # iam, or acm
    acm_arn: str  # new, or same: what a renewal in ACM is imported as
    acm_regions: list[str]  # where ACM keeps it, beside the region of CloudFront
    acm_validation: str  # route53, or export
    acm_export: bool  # whether what ACM issues may leave it
    publish: str | None  # the parameter that names the certificate in service, as ssm:/path
    bind: list[str]  # any of previous, aliases, ids: which of the targets are meant
    targets: list[str]  # any of cloudfront, elb, apigateway
    distributions: list[str]  # their IDs, for ids in bind
    listeners: list[str]  # of load balancers, likewise
    api_domains: list[str]  # of API Gateway, likewise
    match_tags: dict[str, str]  # which limit what is found
    key_type: str
    acme_directory: str  # a known name, or a URL
    acme_ca_bundle: str | None
    acme_terms_agreed: bool
    acme_profile: str | None
    acme_profile_required: bool
    acme_preferred_chain: str | None
    acme_fallbacks: list[FallbackChoice]  # in the order in which they are asked
    acme_contacts: list[str]
    acme_renewal_info: bool  # whether the CA is asked when to renew
    dns_persist: bool
    archive: str | None  # its URI; None is the user's own
    sns_topic: str  # a name or an ARN; empty is none
    deploy_wait: bool
    verify: str  # config, tls, none
    keep_previous: int
    archive_keep: int  # -1 keeps all
    tags: dict[str, str]
    quota_headroom: int


class _WantedFacts(t.TypedDict):
    domains: list[str]
    key_type: str
    acme_directory: str
    acme_profile: str | None
    bind: list[str]
    distributions: list[str]


class Wanted(_WantedFacts, total=False):
    """What of the definition a run works towards; ``source`` may be missing."""

    source: str


class Deployed(t.TypedDict):
    """That a certificate was seen on its distributions, and by which choice of them."""

    at: str
    bind: list[str]
    distributions: list[str]


class _RolledBackFacts(t.TypedDict):
    at: str
    domains: list[str]
    key_type: str
    acme_directory: str
    acme_profile: str | None


class RolledBack(_RolledBackFacts, total=False):
    """That the project went back to a certificate or took one over, and what of the definition it was accepted for;
    what later versions added may be missing."""

    certificate_store: str
    source: str


class CertificateCopy(t.TypedDict):
    """The certificate in one region of ACM."""

    region: str
    arn: str


class _CertificateFacts(t.TypedDict):
    """What every certificate of a document has."""

    serial: str  # hexadecimal
    fingerprint_sha256: str  # hexadecimal
    issuer: str  # distinguished name
    domains: list[str]
    key_type: str
    not_before: str
    not_after: str


class CertificateRecord(_CertificateFacts, total=False):
    """A certificate of the project; a key may be missing."""

    authority_key_id: str | None  # its name in renewal information
    # in IAM or ACM
    store: str  # iam, where it is missing
    name: str
    id: str | None
    arn: str | None
    path: str
    upload_date: str | None
    copies: list[CertificateCopy]  # in ACM, CloudFront's first
    settled_by: str | None  # until then CloudFront may serve what had this ARN before
    # in the archive
    archive_uri: str | None  # None: nobody has its key
    # of its issuance
    source: str  # acme, where it is missing
    source_arn: str  # in ACM, of what was exported there
    issued_at: str  # not_before is earlier, since CAs date back
    directory: str  # the URL of the CA that issued it, which may be a fallback
    acme_directory: str  # what the definition wanted then
    acme_profile: str | None
    # of its life in the project
    deployed: Deployed | None
    rolled_back: RolledBack
    adopted: RolledBack
    revoke: str  # the reason for which it is still to be revoked
    revoked_at: str


class IssuedRecord(t.TypedDict):
    """A certificate that a CA may count against its limits."""

    serial: str
    at: str
    acme_directory: str
    domains: list[str]
    exempt: str | None  # ari or renewal, if the CA's limits do not count it


class RenewalInfoRecord(t.TypedDict, total=False):
    """What the CA said of the recorded certificate's renewal (ARI); empty if it said nothing."""

    cert_id: str
    window_start: str | None
    window_end: str | None
    selected_at: str | None  # the moment of the window at which we renew
    next_check_at: str | None
    explanation_url: str | None
    error: str | None  # why the last question had no answer


class RenewalState(t.TypedDict):
    """When the certificate is renewed, and what stands in the way."""

    renew_at: str | None
    reason: str | None
    ari: RenewalInfoRecord
    next_attempt_at: str | None  # scheduled runs do not order before
    failures: int  # in a row


class _JournalFacts(t.TypedDict):
    run_id: str | None  # of the run that holds it
    fence: int | None
    run: str  # what the run is for
    action: str  # what it set out to do
    phase: str  # how far it got
    started_at: str
    issued_since: str | None  # an older certificate does not count
    order_url: str | None
    fingerprint_sha256: str | None  # of the certificate that it brought
    wanted: Wanted


class JournalRecord(_JournalFacts, total=False):
    """How far the current or the last run got; ``revoke`` may be missing."""

    revoke: str  # the reason for which it revokes what it replaces


class Owner(t.TypedDict, total=False):
    """The process that holds a lock; a key may be missing, and None is what could not be told."""

    host: str
    boot_id: str | None
    pid_namespace: str | None
    pid: int | None
    started: str | None  # tells it from a later process with this number


class _LockFacts(t.TypedDict):
    owner: Owner
    run: str
    run_id: str
    acquired_at: str
    expires_at: str
    ttl: int  # seconds
    fence: int


class LockRecord(_LockFacts, total=False):
    """Who holds the project; ``changed`` may be missing."""

    changed: bool  # whether the run has changed something so far


class _LastRunFacts(t.TypedDict):
    Status: str
    started_at: str
    finished_at: str | None
    Previous_IAM_SSL_Info: dict[str, list[str]] | str
    Matched_CloudFront: t.Any  # {"ID_LIST": [...]}, {"Error": ...} or a sentence
    Update_CloudFront_Status: list[dict[str, t.Any]]
    Delete_Previous_IAM_SSL_Cert: dict[str, str] | str


class LastRunRecord(_LastRunFacts, total=False):
    """The last run in the words of the SSL Plugin; ``Error`` is there if it failed, ``Previous_ACM_SSL_Info`` if it
    replaced certificates of ACM, ``Update_Targets_Status`` if it bound listeners or API domains."""

    Previous_ACM_SSL_Info: dict[str, list[str]]
    Update_Targets_Status: list[dict[str, t.Any]]
    Error: str


class FormerRule(t.TypedDict):
    """A rule that started the tool from before, and whether it was on."""

    name: str
    state: str


class FormerPath(t.TypedDict):
    """Where a certificate was before the project took it over."""

    name: str
    path: str


class FormerScheduler(t.TypedDict):
    """What made the tool from before run, as it was before it was stopped."""

    kind: str
    region: str | None
    stack: str | None
    function: str | None
    concurrency: int | None  # None: nothing was reserved
    rules: list[FormerRule]
    path: str | None
    host: str | None


class ArchivedCopy(t.TypedDict):
    """A bundle of the tool from before in our archive."""

    uri: str
    fingerprint_sha256: str


class AdoptionRecord(t.TypedDict):
    """Where the project came from, if another tool had it before, and how far that went."""

    source: str
    version: str | None
    theirs: str  # its name there
    region: str | None
    phase: str
    started_at: str
    finished_at: str | None
    bundles: dict[str, ArchivedCopy | None]  # by their URI; None could not be used
    topic: str | None
    also_notified: str | None  # that topic, if it gets notices as long as an address has to confirm ours
    stopped_at: str | None
    former: FormerScheduler | None
    paths: dict[str, FormerPath]  # by the ID of the certificate


class RunState(t.TypedDict):
    """What of a project the next run is compared with, to say what it changed."""

    certificate: str | None  # its name
    fingerprint_sha256: str | None
    not_after: str | None
    key_type: str
    ca: str  # the URL of its directory
    domains: list[str]
    distributions: list[str]
    addresses: list[str]


class _PastRunFacts(t.TypedDict):
    run: str  # what the run was for
    run_id: str
    started_at: str
    finished_at: str
    status: str  # succeeded, failed
    changes: list[str]  # in words, since the run before


class PastRunRecord(_PastRunFacts, total=False):
    """A run that ended; a key may be missing."""

    error: str  # redacted
    job: str  # of the controller that ran it
    state: RunState  # of the newest run only


class AccountRecord(t.TypedDict):
    """The AWS account that has the certificates and distributions of a project."""

    id: str  # its number, of twelve digits
    partition: str  # aws, or aws-cn


class ProjectDocument(t.TypedDict):
    """All that a store keeps of one project."""

    schema: int  # its form, see _core.project.schema
    name: str
    account: AccountRecord | None  # None until a run has worked on the project
    definition: ProjectDefinition
    certificate: CertificateRecord | None  # the one in service, or on its way there
    superseded: list[CertificateRecord]  # oldest first
    issued: list[IssuedRecord]  # oldest first
    revoked: dict[str, str]  # when, by fingerprint; the archive may bring one back
    subscribed: list[str]  # addresses that the project has subscribed to its topic
    to_withdraw: list[str]  # parameters that named its certificate, as ssm:/path, and are no longer wanted
    renewal: RenewalState
    journal: JournalRecord | None
    last_run: LastRunRecord | None
    history: list[PastRunRecord]  # oldest first
    fence: int  # counts the holders of the lock
    lock: LockRecord | None
    adoption: AdoptionRecord | None
