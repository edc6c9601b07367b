# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns every failure of an AWS call into a RemoteError that names the call."""

from __future__ import annotations

import contextlib
import traceback
import typing as t
from dataclasses import dataclass
from http import HTTPStatus

from .._errors import ConfigError, RemoteError

try:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, PartialCredentialsError, ProfileNotFound
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
    "LimitExceeded": "remove what is no longer needed, or ask for a higher quota in the Service Quotas console",
    "ExpiredToken": "renew the session token",
    "Throttling": "the account's API limit was reached; run again later, or with fewer forks",
    "ThrottlingException": "the account's API limit was reached; run again later, or with fewer forks",
    "NoSuchBucket": "create the bucket, or correct its name",
    "sts:AccessDenied": "check that the role exists, that its trust policy names this identity, that external_id is the one that it asks for, and that this"
    " identity may call sts:AssumeRole (see docs/iam of the collection)",
    "dynamodb:ResourceNotFoundException": "make the table with the playbook certops.cloudfront.setup, or correct the name and the region",
}
_PROXY = "see whether a proxy answers in place of AWS"


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
        return RemoteError(f"{self} got no usable answer: {why}", service=self.service, operation=self.operation, code=code)


def insist_on_aws(client: t.Any) -> None:
    """No call of this boto3 client takes what somebody else says for AWS's answer.

    botocore reads a page of a proxy, or nothing, as an answer without content: no distributions, deleted, written. Each answer of AWS has a request ID:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RESTResponses.html,
    https://docs.aws.amazon.com/Route53/latest/APIReference/requests-rpc-responses.html,
    https://docs.aws.amazon.com/AmazonS3/latest/API/get-request-ids.html
    """
    client.meta.events.register("after-call", _has_request_id)


def _has_request_id(http_response: t.Any, parsed: t.Mapping[str, t.Any], **_event: t.Any) -> None:
    # What is refused ends in an error in any case.
    if http_response.status_code < HTTPStatus.MULTIPLE_CHOICES and not parsed.get("ResponseMetadata", {}).get("RequestId"):
        raise ResponseParserError(f"it has no request ID; {_PROXY}")


@contextlib.contextmanager
def calling(service: str, operation: str, target: str = "") -> t.Iterator[None]:
    """Inside, botocore's exceptions become RemoteError or ConfigError.

    ``service`` and ``operation`` are AWS's names (``iam``, ``UploadServerCertificate``), ``target`` is what the call is about.
    """
    where = _Call(service, operation, target)
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as exc:
        raise ConfigError(
            [f"no usable AWS credentials for {where}: {exc}; set profile, access_key and secret_key, or the AWS_* environment variables"]
        ) from exc
    except NoRegionError as exc:
        raise ConfigError([f"no AWS region for {where}: set region or AWS_REGION; it decides the partition (aws or aws-cn)"]) from exc
    except ClientError as exc:
        raise _from_client_error(exc, where) from exc
    except (BotoCoreError, ResponseParserError) as exc:
        raise where.unusable(str(exc), type(exc).__name__) from exc
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        if not _is_raised_in_botocore(exc):
            raise
        raise where.unusable(f"{_PROXY} ({type(exc).__name__}: {exc})", "malformedAnswer") from exc


def _is_raised_in_botocore(exc: Exception) -> bool:
    """Whether botocore stumbled: its parsers take JSON for an object, and XML for the answer that they expect, without a look."""
    return any(frame.f_globals.get("__name__", "").startswith("botocore.") for frame, _line in traceback.walk_tb(exc.__traceback__))


def _from_client_error(exc: ClientError, call: _Call) -> RemoteError:
    error = exc.response.get("Error", {})
    meta = exc.response.get("ResponseMetadata", {})
    # AWS says a code; what a proxy says has none.
    code = str(error.get("Code") or f"HTTP status {meta.get('HTTPStatusCode')}")
    advice = _ADVICE.get(f"{call.service}:{code}") or _ADVICE.get(code)
    return RemoteError(
        f"{call} was answered with {code}: {error.get('Message', '')}" + (f"; {advice}" if advice else ""),
        service=call.service,
        operation=call.operation,
        code=code,
        request_id=meta.get("RequestId"),
    )
