# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of findings, with severity and remedy. A code never changes its meaning; the documentation of the module
doctor lists them all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """``error`` stops an issuance, a bind or the service; ``warning`` will, or hides something; ``info`` is good to
    know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Kind:
    """What all findings of a code have in common."""

    severity: Severity
    remedy: str


def _errors(**remedies: str) -> dict[str, Kind]:
    return {code: Kind(Severity.ERROR, remedy) for code, remedy in remedies.items()}


def _warnings(**remedies: str) -> dict[str, Kind]:
    return {code: Kind(Severity.WARNING, remedy) for code, remedy in remedies.items()}


def _infos(**remedies: str) -> dict[str, Kind]:
    return {code: Kind(Severity.INFO, remedy) for code, remedy in remedies.items()}


_GRANT = "Grant the action to the identity in use; docs/iam of the collection has a policy for each feature"

_DNS = {
    **_errors(
        CAA_FORBIDS=(
            "Add a CAA record that names the CA, or remove those that exclude it, or choose a CA that they name"
        ),
        CAA_FORBIDS_ACCOUNT="Set accounturi to the URL of the project's ACME account, or remove accounturi",
        CAA_FORBIDS_METHOD="Add dns-01 to validationmethods, or remove validationmethods",
        CAA_UNKNOWN_CRITICAL=(
            "Remove the record or its critical flag: a CA that does not know the property must not issue"
        ),
        ZONE_MISSING=(
            "Create a public hosted zone for the name or a parent and delegate it, or use the credentials of the"
            " account that has it"
        ),
        ZONE_PRIVATE_ONLY="Create a public hosted zone of the same name: a CA never sees a private one",
        ZONE_AMBIGUOUS="Delete the zones without a delegation",
        ZONE_UNUSABLE="Correct the records or the delegation as the message says, or set dns_delegations or zone_id",
        ZONE_NOT_DELEGATED="Point the NS records at the registrar, or in the parent zone, to this hosted zone's"
        " name servers",
    ),
    **_warnings(
        CAA_UNCHECKED="Check the CAA records of the name: a CA that cannot read them does not issue either",
        ZONE_DUPLICATE="Delete the zones without a delegation, so that nobody edits the wrong one",
        ZONE_PASSED_OVER=(
            "Add NS records for the hosted zone to its parent zone, or delete the hosted zone: no resolver sees"
            " its records"
        ),
        ZONE_PARTLY_DELEGATED=(
            "Remove the foreign name servers: a CA that asks one of them does not see the challenge record"
        ),
        DNS_FAILED="Check the resolver of this machine, or set dns_server to another one",
    ),
    **_infos(
        CAA_ISSUER_UNKNOWN=(
            "Compare the records with the documentation of the CA: its directory does not state the issuer name"
        )
    ),
}
_CA = {
    **_errors(
        CA_UNREACHABLE="Check acme_directory, acme_ca_bundle, the network and a proxy if there is one",
        PROFILE_NOT_OFFERED="Choose a profile that the directory lists, or leave it out",
        TERMS_NOT_AGREED="Read the terms of service of the CA, then set acme_terms_agreed",
        NAMES_REDUNDANT="Remove the name from the domains: the wildcard covers it",
        EAB_MISSING="Set acme_eab_kid and acme_eab_hmac_key to the values that the CA gave you",
    ),
}
_ACCOUNT = {
    **_errors(
        CREDENTIALS_UNUSABLE=(
            "Set the region and a profile or an access key of the right account and partition, or renew the session"
        ),
        ACCOUNT_DIFFERS=(
            "Use the credentials and the region of the project's account, or set project_account_change for one run if"
            " the project moves"
        ),
        PERMISSION_MISSING=_GRANT,
        SERVICE_FAILED="Run again; if the error persists, check the status of the service",
        IAM_QUOTA_FULL=(
            "Run the playbook cleanup, delete what is no longer used, or raise the quota Server certificates per"
            " account of IAM in Service Quotas"
        ),
        CERTIFICATE_MISSING="Restore it from the archive with the playbook restore",
        CERTIFICATE_DIFFERS=(
            "Find out what replaced it, then restore the recorded one with the playbook restore, or reissue"
        ),
        KEY_TYPE_REFUSED="Set key_type to ecdsa_p256 or rsa_2048",
    ),
    **_warnings(
        IAM_QUOTA_TIGHT=(
            "Run the playbook cleanup, or raise the quota, before projects that renew at the same time run out of room"
        ),
        ACM_RENEWAL_BLOCKED="Put the records back, or correct what the message says: ACM renews 45 days before the end",
        OWNED_ELSEWHERE=(
            "Set publish and let the template refer to the parameter, set ignore_changes in Terraform, or keep the ARN"
            " with certificate_store acm and acm_arn same; docs/infrastructure-as-code.md has examples"
        ),
        TARGET_ASTRAY="Run the playbook renew: it binds what still uses an older certificate",
        TARGET_REFUSED="Do what the message says, or leave it to its owner",
        USER_NOT_REBOUND=(
            "Set acm_arn to same, so that renewals keep the ARN, or give this user the new ARN by hand after each one"
        ),
        PATH_NOT_OURS=(
            "Move the server certificate to another path, or run the playbook cleanup if it was left by a run"
        ),
    ),
    **_infos(
        NAME_CONFLICT="No action needed: a new certificate of the same name gets a number",
        KEY_TYPE_COSTLY="Consider ecdsa_p256 or rsa_2048, whose handshakes cost less",
        WRITES_UNTESTED=(
            "Grant iam:SimulatePrincipalPolicy to have them tested, or compare the policies with docs/iam of the"
            " collection"
        ),
    ),
}
_BINDING = {
    **_errors(
        TARGET_UNKNOWN="Correct the ARN, NAME:PORT or name, or use the credentials of the account that has it",
        DISTRIBUTION_UNKNOWN="Correct the ID, or use the credentials of the account that has it",
        CONTINUOUS_DEPLOYMENT=(
            "Detach the policy, by an update with an empty ContinuousDeploymentPolicyId, before the certificate is"
            " replaced, and attach it again afterwards"
        ),
        ALIAS_UNCOVERED=(
            "Add the alias to the domains of the project, or remove it from the distribution; until then the"
            " distribution is skipped"
        ),
        ICP_SUSPENDED=(
            "File the domain with the ICP authorities, or renew the filing: until then CloudFront in China does not"
            " serve it"
        ),
    ),
    **_warnings(
        ICP_PENDING="Check again later; CloudFront could not determine whether the domain is filed",
        BINDING_CONTESTED=(
            "Leave the distribution to one project: remove the names from the other, or remove aliases from bind"
        ),
        TENANT_ONLY="Keep the certificate in ACM: multi-tenant distributions take none of IAM",
    ),
    **_infos(
        BINDING_TAKES_OVER="No action needed if this is intended; otherwise remove aliases from bind",
        BOUND_ELSEWHERE=(
            "No action needed if this is intended; otherwise add aliases to bind, or the distribution to distributions"
        ),
        NO_DISTRIBUTION="Bind the certificate once by hand, or add aliases or ids to bind",
    ),
}
_KEEPING = {
    **_errors(
        DEFINITION_INVALID="Correct the definition",
        PROJECT_UNKNOWN="Create the project, or correct the name or the store",
        STORE_FAILED="Correct the URI, or create what is missing with the playbook setup",
        STORE_NOT_WRITABLE="Give write access to the identity or the user that runs the playbooks",
        ARCHIVE_FAILED="Correct the URI, or create what is missing with the playbook setup",
        ARCHIVE_NOT_WRITABLE="Give write access to the identity or the user that runs the playbooks",
    ),
    **_warnings(
        ARCHIVE_EXPOSED=(
            "Remove the access of others: chmod 0700 for directories, 0600 for files; reissue if keys may have"
            " been read"
        ),
        BUNDLE_MISSING="Restore the archive from a backup, or reissue: IAM never gives a private key back",
        PLACE_SETTINGS="Set it, or run the playbook setup with manage_bucket",
    ),
    **_infos(
        PLACE_UNTESTED="Grant the action to have the settings tested, or check them in the console",
        PROJECT_NEW="Create the project; the findings show what its first run would meet",
    ),
}
_SCHEDULE = {
    **_errors(
        ADOPTION_UNFINISHED="Run the playbook adopt again, or with adopt_state=absent to go back to the old tool",
        CERTIFICATE_EXPIRED="Run the playbook renew now, and find out why the schedule did not run it",
        CLOCK_WRONG="Correct the clock of this machine; AWS refuses requests that are five minutes off",
    ),
    **_warnings(
        CERTIFICATE_EXPIRES_SOON="Run the playbook renew now, and find out why the schedule did not run it",
        CERTIFICATE_LATE="Replace the files, or remove what keeps ACM from renewing it, which other findings name",
        RENEWAL_OVERDUE="Check the schedule of the playbook renew; every six hours is a good choice",
        RUN_FAILED="Fix the cause, then run the playbook create or reissue, which do not wait",
        INTERVAL_UNSUITABLE="Set renewal_interval_days as the message says",
        CLOCK_SKEWED="Synchronise the clock of this machine by NTP",
    ),
    **_infos(
        RUN_UNFINISHED="No action needed: the next run resumes there",
        PROJECT_LOCKED="Check again when that run has ended",
    ),
}
_NOTICES = {
    **_warnings(
        NO_SUBSCRIBERS="Ask the addressees to confirm, or add addresses to emails and run the playbook create",
        SUBSCRIPTION_PENDING=(
            "Ask the addressee to follow the link in the mail from SNS; module sns_subscription with resend"
            " sends it again"
        ),
        SUBSCRIPTION_MISSING=(
            "Run the playbook create, which subscribes it again; a reader of the mailbox may have followed the"
            " link to unsubscribe"
        ),
        TOPIC_MISSING="Run the playbook create, which creates it",
    ),
    **_infos(NO_NOTICES="Set sns_topic and emails to have failures notified"),
}

KINDS: dict[str, Kind] = {**_DNS, **_CA, **_ACCOUNT, **_BINDING, **_KEEPING, **_SCHEDULE, **_NOTICES}
