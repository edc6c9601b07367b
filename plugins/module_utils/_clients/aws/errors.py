# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns every failure of an AWS call into a RemoteError that names the call."""

from __future__ import annotations

import contextlib
import traceback
import typing as t
import urllib.parse
from dataclasses import dataclass
from http import HTTPStatus

from ..._core.values import texts
from ..._errors import ConfigError, RemoteError
from ..machine import aws_configuration as configuration

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        NoRegionError,
    )
    from botocore.parsers import ResponseParserError
except ImportError:
    pass  # the module's edge reports the missing library

_GRANT = "grant this action to the identity in use (see docs/iam of the collection)"
_ADVICE = {
    "AccessDenied": _GRANT,
    "AccessDeniedException": _GRANT,
    "AuthorizationError": _GRANT,
    "InvalidClientTokenId": "check the access key, and that it belongs to the partition of the region",
    "SignatureDoesNotMatch": "check the secret key and the clock of this machine",
    "LimitExceeded": "remove what is no longer needed, or request a higher quota in the Service Quotas console",
    "ExpiredToken": "renew the session token",
    "Throttling": "the account's API limit was reached; run again later, or with fewer forks",
    "ThrottlingException": "the account's API limit was reached; run again later, or with fewer forks",
    "NoSuchBucket": "create the bucket, or correct its name",
    "sts:AccessDenied": (
        "check that the role exists, that its trust policy names this identity, that external_id is the one that it"
        " asks for, and that this identity may call sts:AssumeRole (see docs/iam of the collection)"
    ),
    "acm:LimitExceededException": (
        "delete certificates that nothing uses (playbook certificates shows them); a quota of a year counts deleted"
        " ones, too, so ask for a higher one in the Service Quotas console, or re-import under the same ARN"
    ),
    "acm:SubscriptionRequiredException": "this account has no ACM; keep the certificate in IAM",
    "dynamodb:ResourceNotFoundException": (
        "create the table with the playbook certops.cloudfront.setup, or correct the name and the region"
    ),
}
MALFORMED = "malformedAnswer"
# a line of base64 this long in an error text is no coincidence
MIN_SECRET_LINE = 8
# A refused batch of Route 53 says something of each of 1,000 changes.
LONGEST_CODE, LONGEST_SAID = 200, 400_000
_PROXY = "check whether a proxy answered instead of AWS"
# What an answer always has, so that none is read as one without it: a proxy may keep the headers of AWS.
_ALWAYS = {
    "ChangeResourceRecordSets": ("ChangeInfo",),
    "DescribeCertificate": ("Certificate",),
    "DescribeContinuousBackups": ("ContinuousBackupsDescription",),
    "DescribeListenerCertificates": ("Certificates",),
    "DescribeListeners": ("Listeners",),
    "DescribeStacks": ("Stacks",),
    "DescribeTable": ("Table",),
    "DescribeTags": ("TagDescriptions",),
    "ExportCertificate": ("PrivateKey",),
    "GetCertificate": ("Certificate",),
    "GetChange": ("ChangeInfo",),
    "GetDistributionConfig": ("ETag",),
    "GetDistributionTenant": ("DistributionTenant", "Id"),
    "GetFunction": ("Configuration",),
    "GetHostedZone": ("HostedZone",),
    "GetDomainName": ("domainName",),
    "GetDomainNames": ("items",),
    "GetObject": ("ETag",),
    "GetResources": ("ResourceTagMappingList",),
    "ImportCertificate": ("CertificateArn",),
    "ListCertificates": ("CertificateSummaryList",),
    "ListConnectionGroups": ("ConnectionGroups",),
    "ListDistributions": ("DistributionList", "Quantity"),
    "ListHostedZones": ("HostedZones",),
    "ListObjectsV2": ("IsTruncated",),
    "ListResourceRecordSets": ("ResourceRecordSets",),
    "ListRuleNamesByTarget": ("RuleNames",),
    "ListRules": ("Rules",),
    "ListStackResources": ("StackResourceSummaries",),
    "ListTagsForCertificate": ("Tags",),
    "ListTagsOfResource": ("Tags",),
    "PutObject": ("ETag",),
    "RequestCertificate": ("CertificateArn",),
    "Scan": ("Items",),
    "UpdateDistribution": ("ETag",),
    "UpdateDistributionTenant": ("ETag",),
}
# The roots of answers that may be without any member.
_ROOTS = {
    "ListDistributionTenants": b"<ListDistributionTenantsResult",
    "ListDistributionTenantsByCustomization": b"<ListDistributionTenantsByCustomizationResult",
}
# Who reads what was answered.
_READERS = frozenset({"botocore.endpoint", "botocore.parsers"})
# Who finds credentials when a call needs them, in files, programs and services that the environment names, and signs.
_SIGNERS = frozenset({"botocore.auth", "botocore.credentials", "botocore.signers", "botocore.tokens"})
# What botocore lets through of what happens there, as it came.
_BARE = (OSError, AttributeError, KeyError, TypeError, ValueError)


class _NotOfAwsError(Exception):
    """What was said in place of AWS."""


@dataclass(frozen=True)
class _Call:
    """A call, as its errors name it."""

    service: str
    operation: str
    target: str

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}" + (f" on {self.target}" if self.target else "")

    def unusable(self, why: str, code: str) -> RemoteError:
        """The error for an answer that says nothing."""
        return RemoteError(
            f"{self} returned an unusable response: {why}", service=self.service, operation=self.operation, code=code
        )


def insist_on_aws(client: t.Any) -> None:
    """No call of this boto3 client takes the answer of something else for AWS's.

    botocore reads a page of a proxy, or nothing, as an answer without content: no distributions, deleted, written. Each
    answer of AWS has a request ID:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RESTResponses.html,
    https://docs.aws.amazon.com/Route53/latest/APIReference/requests-rest-responses.html,
    https://docs.aws.amazon.com/AmazonS3/latest/API/get-request-ids.html
    """
    client.meta.events.register("after-call", _refuse_others)


def _refuse_others(http_response: t.Any, parsed: t.Mapping[str, t.Any], model: t.Any, **_event: t.Any) -> None:
    # What is refused ends in an error in any case.
    if http_response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
        return
    if not parsed.get("ResponseMetadata", {}).get("RequestId"):
        raise _NotOfAwsError("it has no AWS request ID")
    # Only of these is the content looked at: that of an object of S3 is a stream, which would be read to its end.
    if model.name in _ROOTS and _ROOTS[model.name] not in http_response.content:
        raise _NotOfAwsError(f"it is not a {model.name} result")
    found: t.Any = parsed
    for name in _ALWAYS.get(model.name, ()):
        if name not in found:
            raise _NotOfAwsError(f"it has no {name}")
        found = found[name]


@contextlib.contextmanager
def calling(service: str, operation: str, target: str = "") -> t.Iterator[None]:
    """Inside, botocore's exceptions become RemoteError or ConfigError.

    ``service`` and ``operation`` are AWS's names (``iam``, ``UploadServerCertificate``), ``target`` is what the call is
    about.
    """
    where = _Call(service, operation, target)
    try:
        yield
    except configuration.PROBLEMS as exc:
        raise ConfigError([f"{where} was not called: {configuration.problem(exc)}"]) from None
    except NoRegionError as exc:
        raise ConfigError(
            [f"no AWS region for {where}: set region or AWS_REGION; it decides the partition (aws or aws-cn)"]
        ) from exc
    except ClientError as exc:
        raise _from_client_error(exc, where) from exc
    except (BotoCoreError, ResponseParserError, _NotOfAwsError, *_BARE) as exc:
        if isinstance(exc, _BARE) and _is_about_credentials(exc):
            raise ConfigError([f"{where} was not called: {configuration.problem(exc)}"]) from None
        found = _without_answer(exc)
        if found is None:
            raise
        raise where.unusable(*found) from None


@contextlib.contextmanager
def withheld(secret: str, target: str) -> t.Iterator[None]:
    """Inside, no RemoteError quotes the secret, which what was sent to ``target`` had in it."""
    try:
        yield
    except RemoteError as exc:
        if not _quotes(exc.said, secret):
            raise
        raise RemoteError(
            f"{_Call(exc.service, exc.operation, target)} was answered with {exc.code}; its text is withheld because it"
            " quotes the private key",
            service=exc.service,
            operation=exc.operation,
            code=exc.code,
            request_id=exc.request_id,
        ) from None


def _quotes(message: str, secret: str) -> bool:
    said = message + urllib.parse.unquote_plus(message)
    lines = (line for line in secret.splitlines() if not line.startswith("-----"))
    return any(len(line) >= MIN_SECRET_LINE and line in said for line in lines)


def _without_answer(exc: Exception) -> tuple[str, str] | None:
    """Why there is no usable answer, and the code of that; None for a mistake of ours.

    What botocore quotes is left out: all of an answer, which may have temporary credentials or repeat what was sent, or
    a header with a session token.
    """
    if isinstance(exc, _NotOfAwsError):
        return f"{exc}; {_PROXY}", MALFORMED
    if isinstance(exc, HTTPClientError) and exc.fmt == HTTPClientError.fmt:
        return (
            "the request cannot be sent; check whether the credentials end in a space or a line break",
            "HTTPClientError",
        )
    if isinstance(exc, BotoCoreError):
        return texts.cleaned(exc), type(exc).__name__
    if isinstance(exc, ResponseParserError) or _is_about_the_answer(exc):
        return f"it cannot be read ({type(exc).__name__}); {_PROXY}", MALFORMED
    return None


def _is_about_the_answer(exc: Exception) -> bool:
    """Whether botocore stumbled over it: its parsers take JSON for an object, and XML for the answer that they expect,
    without a look."""
    # a mistake in a handler of ours comes through botocore.hooks, one in the arguments is seen by botocore.client
    return next(iter(_modules(exc)), "") in _READERS


def _is_about_credentials(exc: Exception) -> bool:
    """Whether it happened where credentials are found and used, and not in a handler of ours."""
    names = _modules(exc)
    return bool(_SIGNERS & {*names}) and names[0] != "botocore.hooks"


def _modules(exc: Exception) -> list[str]:
    """The modules of botocore that the exception came through, the innermost first."""
    names = [str(frame.f_globals.get("__name__", "")) for frame, _line in traceback.walk_tb(exc.__traceback__)]
    return [name for name in reversed(names) if name.startswith("botocore.")]


def _from_client_error(exc: ClientError, call: _Call) -> RemoteError:
    error = exc.response.get("Error", {})
    meta = exc.response.get("ResponseMetadata", {})
    code = texts.cleaned(error.get("Code", ""), LONGEST_CODE)
    said = str(error.get("Message", ""))[:LONGEST_SAID]
    if not code or (code.isdigit() and not meta.get("RequestId")):
        # AWS says a code; a proxy's status is not taken for one of S3's, which HEAD leaves without a word
        code = f"HTTP status {meta.get('HTTPStatusCode')}"
    advice = _ADVICE.get(f"{call.service}:{code}") or _ADVICE.get(code)
    return RemoteError(
        f"{call} was answered with {code}: {texts.cleaned(said)}" + (f"; {advice}" if advice else ""),
        service=call.service,
        operation=call.operation,
        code=code,
        request_id=meta.get("RequestId"),
        said=said,
    )
