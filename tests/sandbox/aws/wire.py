# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From WSGI to a call and from a result to an answer, in the protocols of the services (query, REST-XML, JSON)."""

from __future__ import annotations

import importlib
import io
import json
import re
import threading
import typing as t
import uuid
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, parse_qsl
from xml.sax.saxutils import escape

from .errors import AwsError
from .service import Call, Response

Environ = t.MutableMapping[str, t.Any]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_ACCESS_KEY = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}")
_CREDENTIAL = re.compile(r"Credential=([^/,\s]*)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request")
_JSON_SERVICES = frozenset({"dynamodb", "acm", "events", "ssm", "resourcegroupstaggingapi"})
_REST_JSON_SERVICES = frozenset({"apigateway", "apigatewayv2", "lambda"})
_REQUEST_ID = frozenset({"x-amzn-requestid", "x-amz-request-id"})
_QUERY_NAMESPACES = {
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    "elb": "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
    "elbv2": "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
_REST_NAMESPACES = {
    "cloudfront": "http://cloudfront.amazonaws.com/doc/2020-05-31/",
    "route53": "https://route53.amazonaws.com/doc/2013-04-01/",
}
# The regions of the endpoints of the global services: facts of the partition files (botocore data/endpoints.json).
_SIGNING_REGIONS = {
    "iam": {"aws": "us-east-1", "aws-cn": "cn-north-1"},
    "cloudfront": {"aws": "us-east-1", "aws-cn": "cn-northwest-1"},
    "route53": {"aws": "us-east-1", "aws-cn": "cn-northwest-1"},
}


@dataclass(frozen=True)
class Signed:
    """Who signed a request, and for what."""

    access_key: str
    region: str
    service: str

    @property
    def partition(self) -> str:
        return "aws-cn" if self.region.startswith("cn-") else "aws"


def service_of(signed: Signed, environ: Environ, body: bytes) -> str:
    """The name of the service's model, which for some is not the name that requests are signed for."""
    if signed.service == "elasticloadbalancing":
        return "elbv2" if b"Version=2015-12-01" in body else "elb"
    if signed.service == "apigateway":
        return "apigatewayv2" if environ["PATH_INFO"].startswith("/v2/") else "apigateway"
    return "resourcegroupstaggingapi" if signed.service == "tagging" else signed.service


def read_body(environ: Environ) -> bytes:
    """The request body; the environment keeps a fresh stream of it for whoever reads next."""
    length = environ.get("CONTENT_LENGTH")
    if not length and not environ.get("wsgi.input_terminated"):
        return b""
    # a chunked body has no length; its stream ends by itself
    body = bytes(environ["wsgi.input"].read(int(length)) if length else environ["wsgi.input"].read())
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def signature_of(environ: Environ) -> Signed | None:
    """What the Authorization header, or the query of a presigned URL, says of the signer; None for an unsigned
    request."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found:
        return Signed(found[1], found[3], found[4].lower())
    presigned = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential", [""])[0].split("/")
    return Signed(presigned[0], presigned[2], presigned[3].lower()) if len(presigned) == 5 else None


def check_signature(signed: Signed | None, environ: Environ, check_region: bool) -> Signed:
    """The signer, or the refusal that AWS gives to unsigned and unknown ones; secrets are not checked."""
    if signed is None:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    temporary_without_token = signed.access_key.startswith("ASIA") and not _has_session_token(environ)
    if not _ACCESS_KEY.fullmatch(signed.access_key) or temporary_without_token:
        raise unknown_key(signed)
    wanted = _SIGNING_REGIONS.get(signed.service, {}).get(signed.partition)
    if check_region and wanted and wanted != signed.region:
        raise AwsError(
            "SignatureDoesNotMatch", f"Credential should be scoped to a valid region, not '{signed.region}'.", 403
        )
    return signed


def unknown_key(signed: Signed) -> AwsError:
    """The refusal of credentials that the service does not know."""
    if signed.service == "s3":
        return AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    if signed.service in _JSON_SERVICES:
        return AwsError("UnrecognizedClientException", "The security token included in the request is invalid.", 400)
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def query_pairs(environ: Environ) -> list[tuple[str, str]]:
    """The query string, decoded, in its order."""
    return parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)


def shallow_params(environ: Environ, body: bytes) -> t.Mapping[str, t.Any]:
    """The parameters of a call that moto answers, for the log only."""
    if environ.get("HTTP_X_AMZ_TARGET"):
        try:
            values = json.loads(body or b"{}")
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    return {"path": environ["PATH_INFO"], **dict(query_pairs(environ))}


_IMPORTING = threading.Lock()


def load() -> None:
    """Import those parts of moto that import each other, which calls at the same moment would see halves of."""
    with _IMPORTING:
        for name in (
            "moto.core.request",
            "moto.core.routing",
            "moto.core.parse",
            "moto.core.serialize",
            "moto.iam.models",
        ):
            importlib.import_module(name)


def _has_session_token(environ: Environ) -> bool:
    return bool(environ.get("HTTP_X_AMZ_SECURITY_TOKEN")) or "X-Amz-Security-Token" in environ.get("QUERY_STRING", "")


def operation_of(service: str, environ: Environ, body: bytes) -> tuple[str, t.Mapping[str, t.Any]]:
    """The operation's name and its parameters as far as the URL tells them; an unknown one is named by method and
    path."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return str(target).rsplit(".", 1)[-1], {}
    if service in _QUERY_NAMESPACES or b"Action=" in body[:4096]:
        action = parse_qs(body.decode("utf-8", "replace") or environ.get("QUERY_STRING", "")).get("Action")
        if action:
            return action[0], {}
    return _routed(service, environ)


def _routed(service: str, environ: Environ) -> tuple[str, t.Mapping[str, t.Any]]:
    from moto.core.request import Request
    from moto.core.routing import NotFound, get_service_router

    try:
        operation, labels = get_service_router(service).match(Request(dict(environ)))
    except (NotFound, NotImplementedError, KeyError, AttributeError, ValueError):
        return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", {}
    return str(operation.name), labels


def parse(
    service: str, operation: str, environ: Environ, body: bytes, labels: t.Mapping[str, t.Any]
) -> dict[str, t.Any]:
    """The input members of the operation, typed by the botocore model; AwsError if the body cannot be read."""
    from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
    from moto.core.request import Request
    from moto.core.utils import get_service_model

    model = get_service_model(service)
    request = Request(dict(environ))
    parser = PROTOCOL_PARSERS[_protocol(model)](model.operation_model(operation))
    try:
        values = request.values
        parts = {
            "method": request.method,
            "values": values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": labels,
        }
        return dict(parser.parse(parts))  # type: ignore[arg-type]
    except (RequestParserError, ValueError, TypeError) as exc:
        raise AwsError("MalformedInput", f"The input cannot be read: {type(exc).__name__}") from exc


def _protocol(model: t.Any) -> str:
    """The protocol of the bodies; what comes as CBOR is JSON by now."""
    return "json" if model.protocol == "smithy-rpc-v2-cbor" else str(model.protocol)


def serialize(call: Call, result: t.Mapping[str, t.Any] | None) -> Response:
    """The answer with ``result`` as the output members of the call's operation."""
    from moto.core.serialize import SerializationContext, get_serializer_class
    from moto.core.utils import get_service_model

    model = get_service_model(call.service)
    serializer = get_serializer_class(model.service_name, _protocol(model))(
        model.operation_model(call.operation), SerializationContext(str(uuid.uuid4()))
    )
    answer = serializer.serialize(dict(result or {}))
    body = answer["body"]
    headers = tuple((name, str(value)) for name, value in answer["headers"].items())
    return Response(answer["status_code"], body.encode() if isinstance(body, str) else body, headers)


def with_request_id(answer: Response) -> Response:
    """The answer with the header that every answer of AWS has, and some of moto's lack."""
    if any(name.lower() in _REQUEST_ID for name, _value in answer.headers):
        return answer
    return replace(answer, headers=(*answer.headers, ("x-amzn-RequestId", str(uuid.uuid4()))))


def error_response(service: str, error: AwsError) -> Response:
    """``error`` in the shape in which ``service`` sends it."""
    request_id = str(uuid.uuid4())
    identified = (("x-amzn-RequestId", request_id),)
    if service in _JSON_SERVICES:
        body = json.dumps({"__type": error.code, "message": error.message}).encode()
        return Response(error.status, body, (("Content-Type", "application/x-amz-json-1.1"), *identified))
    if service in _REST_JSON_SERVICES:
        body = json.dumps({"message": error.message}).encode()
        return Response(
            error.status, body, (("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code), *identified)
        )
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if service == "s3":
        text = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    else:
        namespace = _QUERY_NAMESPACES.get(service) or _REST_NAMESPACES.get(service, "")
        kind = "Sender" if error.status < 500 else "Receiver"
        text = (
            "<ErrorResponse"
            f' xmlns="{namespace}"><Error><Type>{kind}</Type>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>'  # noqa: E501 - data in the form of its origin
        )
    declaration = "" if service in _QUERY_NAMESPACES else '<?xml version="1.0"?>\n'
    return Response(error.status, (declaration + text).encode(), (("Content-Type", "text/xml"), *identified))
