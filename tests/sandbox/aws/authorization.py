# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which actions on which resources a call needs, and whether the caller's policies (kept by moto's IAM) allow them.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from . import policy, s3
from .errors import AwsError, denied
from .route53_zone import canonical, escaped
from .service import Call

# S3's operations have other names than the actions that they need.
_S3_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "DeleteObjects": "DeleteObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
}
# Actions that a call needs besides its own when it carries tags.
_TAGGING = {
    "iam:UploadServerCertificate": "iam:TagServerCertificate",
    "acm:ImportCertificate": "acm:AddTagsToCertificate",
    "sns:CreateTopic": "sns:TagResource",
    "dynamodb:CreateTable": "dynamodb:TagResource",
    "acm:RequestCertificate": "acm:AddTagsToCertificate",
    "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing:AddTags",
    "ssm:PutParameter": "ssm:AddTagsToResource",
}
_METHODS = {
    "Create": "POST",
    "Delete": "DELETE",
    "Get": "GET",
    "GetTags": "GET",
    "TagResource": "PUT",
    "Update": "PATCH",
}
# Services whose actions have another prefix than their models' names.
_PREFIXES = {
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "apigatewayv2": "apigateway",
    "resourcegroupstaggingapi": "tag",
}


@dataclass(frozen=True)
class Told:
    """What a strict service tells of a call: the resource ("*" leaves it to the call itself), condition keys, and what
    else it needs."""

    resource: str = "*"
    context: policy.Context = field(default_factory=dict)
    needs: t.Sequence[tuple[str, str]] = ()


def check(call: Call, told: Told, path: str) -> list[str]:
    """The actions that the call needed; AccessDenied unless the caller's policies allow them all. An unknown access key
    is InvalidClientTokenId.

    ``path`` is the URL's.
    """
    if call.operation == "GetCallerIdentity":
        return []  # "No permissions are required to perform this operation", even an explicit deny does not count
    arn, documents = _caller(call)
    target = told.resource if told.resource != "*" else _resource(call, path)
    needs = [*((action, target) for action in actions(call)), *_key_needs(call, path), *told.needs]
    context = {**_context(call), **_owner(call, path), **told.context}
    for action, target in needs:
        if not policy.allows(documents, action, target, context):
            code, status = denied(call.service)
            why = "because no identity-based policy allows the action"
            raise AwsError(
                code, f"User: {arn} is not authorized to perform: {action} on resource: {target} {why}", status
            )
    return [action for action, _target in needs]


def _caller(call: Call) -> tuple[str, list[str]]:
    from moto.iam.access_control import CreateAccessKeyFailure, create_access_key

    token = call.headers.get("x-amz-security-token")
    try:
        key = create_access_key(
            call.account, call.partition, call.access_key, {"X-Amz-Security-Token": token} if token else {}
        )
    except CreateAccessKeyFailure as exc:
        raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403) from exc
    return key.arn, [document(item) for item in key.collect_policies()]


def document(item: t.Any) -> str:
    """The text of a policy: moto keeps inline policies as text or dict and managed ones with versions."""
    if isinstance(item, str):
        return item
    if isinstance(item, t.Mapping):
        return str(item["policy_document"])
    return str(next(version.document for version in item.versions if version.is_default))


def actions(call: Call) -> list[str]:
    """What an identity or a resource has to allow for the call."""
    name = _S3_ACTIONS.get(call.operation, call.operation) if call.service == "s3" else call.operation
    if call.service in ("apigateway", "apigatewayv2"):
        # its actions are the methods of HTTP
        return [f"apigateway:{_METHODS[call.operation.removesuffix('DomainName').removesuffix('DomainNames')]}"]
    if call.operation == "CreateDistributionWithTags":
        return ["cloudfront:CreateDistribution", "cloudfront:TagResource"]
    own = f"{_PREFIXES.get(call.service, call.service)}:{name}"
    return [own, _TAGGING[own]] if own in _TAGGING and (call.params.get("Tags") or _json(call).get("Tags")) else [own]


def _key_needs(call: Call, path: str) -> list[tuple[str, str]]:
    """What S3 does with a KMS key in the caller's name.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    bucket, _slash, name = path.strip("/").partition("/")
    key, action = None, "kms:GenerateDataKey"
    if (
        call.service == "s3"
        and call.operation == "PutObject"
        and call.headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
    ):
        key = call.headers.get("x-amz-server-side-encryption-aws-kms-key-id", "aws/s3")
    if call.service == "s3" and call.operation == "GetObject":
        key, action = s3.key_of(bucket, name), "kms:Decrypt"
    # an alias stands for the key that it names
    return (
        [(action, f"arn:{call.partition}:kms:{call.region}:{call.account}:key/{key.rpartition('/')[2]}")] if key else []
    )


def _resource(call: Call, path: str) -> str:
    if call.service == "s3":
        return f"arn:{call.partition}:s3:::{path.strip('/')}" if path.strip("/") else "*"
    if call.service == "dynamodb":
        if "ResourceArn" in _json(call):
            return str(_json(call)["ResourceArn"])
        table = _json(call).get("TableName")
        return f"arn:{call.partition}:dynamodb:{call.region}:{call.account}:table/{table}" if table else "*"
    named = call.params.get("CertificateArn") or call.params.get("RoleArn") or _json(call).get("CertificateArn")
    return str(named or "*")


def _owner(call: Call, path: str) -> policy.Context:
    """Whose resource it is; a bucket that does not exist is nobody else's."""
    owner = s3.owner_of(path.strip("/").partition("/")[0]) if call.service == "s3" else None
    return {"aws:ResourceAccount": [owner or call.account]}


def _json(call: Call) -> t.Mapping[str, t.Any]:
    if not call.headers.get("x-amz-target"):
        return {}
    return t.cast("t.Mapping[str, t.Any]", json.loads(call.body or b"{}"))


def _context(call: Call) -> policy.Context:
    tags = call.params.get("Tags")
    context: dict[str, list[str]] = {"aws:RequestedRegion": [call.region], "aws:PrincipalAccount": [call.account]}
    if call.service == "s3":
        context["kms:ViaService"] = [f"s3.{call.region}.amazonaws.com{'.cn' if call.partition == 'aws-cn' else ''}"]
    if isinstance(tags, list):
        context |= {f"aws:RequestTag/{tag['Key']}": [tag.get("Value") or ""] for tag in tags} | {
            "aws:TagKeys": [tag["Key"] for tag in tags]
        }
    if call.operation == "ChangeResourceRecordSets":
        changes = (call.params.get("ChangeBatch") or {}).get("Changes") or []
        sets = [change["ResourceRecordSet"] for change in changes]
        context |= {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                escaped(canonical(item["Name"])).rstrip(".") for item in sets
            ],
            "route53:ChangeResourceRecordSetsRecordTypes": [item["Type"] for item in sets],
            "route53:ChangeResourceRecordSetsActions": [change["Action"] for change in changes],
        }
    return context
