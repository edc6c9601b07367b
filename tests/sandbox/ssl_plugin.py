# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The China CloudFront SSL Plugin as it is found in accounts: the stacks of v1 and v2 with all that belongs to them,
and what a run of theirs does. Made by boto3 and the control interface.

`env` is the environment of a sandbox; its region is where the plugin was deployed.
"""

from __future__ import annotations

import io
import json
import secrets
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.ca.authority import Authority, Pair

from .control import Control
from .seed import Environment, client

PROJECT_DESCRIPTION = "(SO8156-cn) - China CloudFront SSL Plugin"
CONTROLLER_DESCRIPTION = "(SO8156-cn) - China CloudFront SSL Plugin V2"
CONTROLLER = "cloudfront-ssl-plugin-v2"
CHINA_TIME = timezone(timedelta(hours=8))
LIFETIME = timedelta(days=90)
BACKDATED = timedelta(hours=1)
# What the name of a certificate takes for its life.
NAMED_LIFETIME = timedelta(days=89, hours=23)
NO_PREVIOUS = "No Previous IAM SSL Information"
KIND = {
    "function": ("CertBotFunctionF647FEFD", "AWS::Lambda::Function"),
    "topic": ("TopicBFC7AF6E", "AWS::SNS::Topic"),
    "created": ("CertCfnCreatedRuleB1B45C41", "AWS::Events::Rule"),
    "scheduled": ("CertScheduledRule5CD96791", "AWS::Events::Rule"),
    "bucket": ("CertBucket8AAEA095", "AWS::S3::Bucket"),
    "table": ("CertTableCF4975E3", "AWS::DynamoDB::Table"),
}


@dataclass
class PluginProject:
    """One project of theirs, and where its things are."""

    name: str
    stack: str
    domains: list[str]
    bucket: str
    table: str | None
    topic: str
    function: str
    rules: dict[str, str]
    aliases: list[list[str]] = field(default_factory=list)
    distributions: list[str] = field(default_factory=list)
    keeps_file: bool = False

    @property
    def prefix(self) -> str:
        """What stands before the names of its bundles."""
        return f"{self.name}/" if self.table else ""


class SslPlugin:
    """One deployment of the plugin in the region of `env`."""

    def __init__(
        self, env: Environment, control: Control, authority: Authority | None = None, account: str | None = None
    ) -> None:
        self.env, self.control, self.region = env, control, env["AWS_REGION"]
        self._account = {"account": account} if account else {}
        self.authority = authority or Authority()
        self._bucket, self._table = "", ""
        self._clients: dict[str, Any] = {}

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = client(service, self.env)
        return self._clients[service]

    def now(self) -> datetime:
        """The time of AWS."""
        return datetime.fromtimestamp(self.control.now(), timezone.utc)

    def controller(self, stack: str = CONTROLLER) -> None:
        """The controller stack of v2, with its table, its bucket, and the access key in the clear."""
        self._bucket, self._table = self._new_bucket(stack), f"{stack}-CertTableCF4975E3-{_random()}"
        self._client("dynamodb").create_table(
            TableName=self._table,
            KeySchema=[{"AttributeName": "ProjectName", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "ProjectName", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        authorizer = f"{stack}-AuthorizerFunctionB4DBAA43-{_random()}"
        secret = {"API_KEY": "the access key in the clear"}
        self.control.function(self.region, authorizer, environment=secret, **self._account)
        self.control.stack(
            self.region,
            stack,
            **self._account,
            description=CONTROLLER_DESCRIPTION,
            parameters={"accessKey": "****"},
            outputs={
                "ManagementWebURL": "https://example.execute-api.invalid/",
                "CloudfrontConsole": "https://x.invalid",
            },
            resources=[
                (*KIND["bucket"], self._bucket),
                (*KIND["table"], self._table),
                ("AuthorizerFunctionB4DBAA43", "AWS::Lambda::Function", authorizer),
            ],
        )

    def project(
        self,
        name: str,
        domains: Sequence[str],
        *,
        emails: Sequence[str] = ("ops@example.com",),
        interval: int = 30,
        aliases: Sequence[Sequence[str]] | None = None,
        runs: int = 1,
        version: str = "v2",
        status: str = "CREATE_COMPLETE",
    ) -> PluginProject:
        """A project with its stack. After the first run each entry of `aliases` gets a distribution with its
        certificate, as a person binds it; the names of the project are one entry unless others are given."""
        if version == "v2" and not self._bucket:
            self.controller()
        is_v2 = version == "v2"
        stack = f"{name}-CertBot" if is_v2 else name
        made = self._resources(stack, name, list(domains), list(emails), is_v2)
        made.keeps_file = version == "v1_file"
        made.aliases = [list(entry) for entry in (aliases if aliases is not None else [domains])]
        self._deploy(made, emails, interval, is_v2, status)
        for number in range(runs):
            self.issue(made)
            if number == 0:
                self.bind(made)
        return made

    def bind(self, project: PluginProject) -> None:
        """What a person does after the first run: distributions with the newest certificate."""
        from . import seed

        newest = self.certificates(project)[-1]["ServerCertificateId"]
        project.distributions = [seed.create_distribution(entry, newest, env=self.env) for entry in project.aliases]

    def certificates(self, project: PluginProject) -> list[dict[str, Any]]:
        """What IAM has below the project's path, oldest first."""
        found = self._client("iam").list_server_certificates(PathPrefix=self.path(project))
        return sorted(
            found["ServerCertificateMetadataList"], key=lambda one: (one["UploadDate"], one["ServerCertificateName"])
        )

    def path(self, project: PluginProject) -> str:
        """Where their certificates are."""
        return f"/cloudfront/{self.region}/{project.stack}/"

    def timer(self, project: PluginProject) -> bool:
        """The timer fires; False if it is off or the function is held."""
        return self._fire(project, "scheduled")

    def stack_update(self, project: PluginProject) -> bool:
        """CloudFormation reports UPDATE_COMPLETE; False if nothing starts."""
        return self._fire(project, "created")

    def reissue(self, project: PluginProject) -> bool:
        """Somebody presses *Reissue SSL*; False if the function is held."""
        held = self._client("lambda").get_function_concurrency(FunctionName=project.function)
        if held.get("ReservedConcurrentExecutions") == 0:
            return False
        self.issue(project)
        return True

    def _fire(self, project: PluginProject, rule: str) -> bool:
        if self._client("events").describe_rule(Name=project.rules[rule])["State"] != "ENABLED":
            return False
        return self.reissue(project)

    def issue(self, project: PluginProject) -> str:
        """One run of theirs: issue, archive, upload, rebind the users of what lies below the path, delete that; the
        name of the new certificate."""
        self.note(project, "Processing")
        previous = self.certificates(project)
        self._wait_for_a_free_minute(project)
        now = self.now()
        pair = self.authority.certificate(project.domains, LIFETIME, BACKDATED)
        key = f"{project.prefix}{_name(now)}.tar.gz"
        self._client("s3").put_object(Bucket=project.bucket, Key=key, Body=archive(pair, self.authority))
        name = f"{project.name}-{_name(now + NAMED_LIFETIME)}"
        new_id = self._upload(project, name, pair)
        moved = self._rebind({one["ServerCertificateId"] for one in previous}, new_id)
        deleted = self._delete(previous)
        self.note(project, "Succeeded", self._told(previous, moved, deleted))
        if project.keeps_file:
            text = f"{new_id}\n{name}".encode()
            self._client("s3").put_object(
                Bucket=project.bucket, Key="last_iam_ssl_info(don't delete or modify).txt", Body=text
            )
        return name

    def _wait_for_a_free_minute(self, project: PluginProject) -> None:
        """Two runs never begin in one minute, other than in a test: names would be equal."""
        found = self._client("iam").list_server_certificates()["ServerCertificateMetadataList"]
        taken = {one["ServerCertificateName"] for one in found}
        while f"{project.name}-{_name(self.now() + NAMED_LIFETIME)}" in taken:
            self.control.advance(60)

    def note(self, project: PluginProject, status: str, message: Any = "") -> None:
        """The item of the project says so; v1 has none."""
        if not project.table:
            return
        result = {
            "LambdaTriggerTime": {"S": self.now().astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S")},
            "LambdaRequestID": {"S": secrets.token_hex(8)},
            "Status": {"S": status},
            "ReplaceMsg": _attribute(message),
        }
        self._client("dynamodb").put_item(
            TableName=project.table,
            Item={"ProjectName": {"S": project.name}, "SuccessfullyIssued": {"M": result}},
        )

    def _told(self, previous: Sequence[Any], moved: Sequence[str], deleted: Any) -> Any:
        ids = [one["ServerCertificateId"] for one in previous]
        names = [one["ServerCertificateName"] for one in previous]
        return {
            "Previous_IAM_SSL_Info": {"IAM_SSL_ID": ids, "IAM_SSL_NAME": names} if ids else NO_PREVIOUS,
            "Matched_CloudFront": {"ID_LIST": list(moved)} if moved else {},
            "Update_CloudFront_Status": [{one: "Success"} for one in moved],
            "Delete_Previous_IAM_SSL_Cert": deleted,
        }

    def _upload(self, project: PluginProject, name: str, pair: Pair) -> str:
        tags = [{"Key": "parent-stack", "Value": "ChinaCloudFrontSslPluginStackV2"}] if project.table else []
        answer = self._client("iam").upload_server_certificate(
            ServerCertificateName=name,
            Path=self.path(project),
            CertificateBody=pair.certificate_pem,
            PrivateKey=pair.key_pem,
            CertificateChain=self.authority.issuer.certificate_pem,
            **({"Tags": tags} if tags else {}),
        )
        return str(answer["ServerCertificateMetadata"]["ServerCertificateId"])

    def _rebind(self, previous: set[str], new_id: str) -> list[str]:
        cloudfront, moved = self._client("cloudfront"), []
        for page in cloudfront.get_paginator("list_distributions").paginate():
            for summary in page["DistributionList"].get("Items", []):
                if summary["ViewerCertificate"].get("IAMCertificateId") not in previous:
                    continue
                answer = cloudfront.get_distribution_config(Id=summary["Id"])
                viewer = {
                    "IAMCertificateId": new_id,
                    "SSLSupportMethod": "sni-only",
                    "MinimumProtocolVersion": "TLSv1.2_2021",
                }
                config = {**answer["DistributionConfig"], "ViewerCertificate": viewer}
                cloudfront.update_distribution(Id=summary["Id"], IfMatch=answer["ETag"], DistributionConfig=config)
                moved.append(str(summary["Id"]))
        return moved

    def _delete(self, previous: Sequence[Any]) -> dict[str, str]:
        for one in previous:
            self._client("iam").delete_server_certificate(ServerCertificateName=one["ServerCertificateName"])
        return {one["ServerCertificateName"]: "Successfully deleted IAM SSL Cert." for one in previous}

    def _new_bucket(self, stack: str) -> str:
        bucket = f"{stack.lower()[:36]}-certbucket8aaea095-{_random()}"
        more = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self._client("s3").create_bucket(Bucket=bucket, **more)
        return bucket

    def _resources(self, stack: str, name: str, domains: list[str], emails: list[str], is_v2: bool) -> PluginProject:
        """What a stack makes beside itself, with names as CloudFormation makes them."""
        topic = str(self._client("sns").create_topic(Name=f"{stack}-TopicBFC7AF6E-{_random()}")["TopicArn"])
        for address in emails:
            self._client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
            self.control.confirm(address, topic)
        bucket = self._bucket if is_v2 else self._new_bucket(stack)
        if is_v2:
            self._client("s3").put_object(Bucket=bucket, Key=f"{name}/", Body=b"")
        function = f"{stack[:24]}-CertBotFunctionF647FEFD-{_random()}"
        rules = {
            "scheduled": f"{stack[:24]}-CertScheduledRule5CD96791-{_random()}",
            "created": f"{stack[:24]}-CertCfnCreatedRuleB1B45C41-{_random()}",
        }
        table = self._table if is_v2 else None
        return PluginProject(name, stack, domains, bucket, table, topic, function, rules)

    def _deploy(self, made: PluginProject, emails: Sequence[str], interval: int, is_v2: bool, status: str) -> None:
        environment = {
            "API_EXPLORER": "https://example.execute-api.invalid/",
            "CERTBOT_BUCKET": made.bucket,
            "DOMAINS_LIST": ", ".join(made.domains),
            "DOMAINS_EMAIL": emails[0] if emails else "",
            "REGION": self.region,
            "TOPIC_ARN": made.topic,
        }
        if made.table:
            environment |= {"DYNAMODB_TABLE": made.table, "PROJECT_NAME": made.name}
        else:
            environment |= {"STACK_NAME": made.stack, "MAX_DIST_ITEMS": "200", "DIST_PAGE_SIZE": "20"}
        about = "Core Function for issuing certificates"
        arn = self.control.function(
            self.region, made.function, description=about, environment=environment, **self._account
        )
        resources = [
            (*KIND["function"], made.function),
            (*KIND["topic"], made.topic),
            (*KIND["scheduled"], made.rules["scheduled"]),
            (*KIND["created"], made.rules["created"]),
        ]
        parameters = {"domainName": ",".join(made.domains), "emailAddress": emails[0] if emails else ""}
        parameters["renewIntervalDays"] = str(interval)
        if made.table:
            parameters |= {
                "apiExplorer": "https://example.execute-api.invalid/",
                "projectName": made.name,
                "dynamoDBTable": made.table,
                "bucketName": made.bucket,
                "bucketARN": f"arn:aws:s3:::{made.bucket}",
            }
        else:
            resources.append((*KIND["bucket"], made.bucket))
            lister = f"{made.stack[:24]}-ListCertFunction0D0A1F1A-{_random()}"
            self.control.function(self.region, lister, environment={"STACK_NAME": made.stack}, **self._account)
            resources.insert(0, ("ListCertFunction0D0A1F1A", "AWS::Lambda::Function", lister))
        tags = {"parent-stack": CONTROLLER} if is_v2 else {}
        identifier = self.control.stack(
            self.region,
            made.stack,
            **self._account,
            description=PROJECT_DESCRIPTION,
            parameters=parameters,
            tags=tags,
            resources=resources,
            status=status,
        )
        self._put_rules(made, interval, identifier, arn)

    def _put_rules(self, made: PluginProject, interval: int, stack: str, function: str) -> None:
        events = self._client("events")
        unit = "day" if interval == 1 else "days"
        events.put_rule(
            Name=made.rules["scheduled"],
            ScheduleExpression=f"rate({interval} {unit})",
            Description=f"Issues a certificate every {interval} days",
        )
        pattern = {
            "source": ["aws.cloudformation"],
            "detail-type": ["CloudFormation Stack Status Change"],
            "detail": {"stack-id": [stack], "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]}},
        }
        events.put_rule(Name=made.rules["created"], EventPattern=json.dumps(pattern))
        for rule in made.rules.values():
            events.put_targets(Rule=rule, Targets=[{"Id": "Target0", "Arn": function}])


def archive(pair: Pair, authority: Authority) -> bytes:
    """The whole directory of certbot, as both versions pack it: plain files, links with relative targets, an account
    key, a log."""
    chain = authority.issuer.certificate_pem
    root = "tmp/certbot/config"
    files = {
        f"{root}/archive/ssl/cert1.pem": pair.certificate_pem,
        f"{root}/archive/ssl/chain1.pem": chain,
        f"{root}/archive/ssl/fullchain1.pem": pair.certificate_pem + chain,
        f"{root}/archive/ssl/privkey1.pem": pair.key_pem,
        f"{root}/renewal/ssl.conf": "version = 4.0.0\n[renewalparams]\nserver = https://acme-v02.api.letsencrypt.org/directory\n",
        f"{root}/live/README": "This directory contains your keys and certificates.\n",
        f"{root}/accounts/acme-v02.api.letsencrypt.org/directory/{'0' * 32}/private_key.json": '{"kty": "RSA"}',
        "tmp/certbot/logs/letsencrypt.log": "a log\n",
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for folder in ("tmp/certbot", root, f"{root}/archive", f"{root}/archive/ssl", f"{root}/live/ssl"):
            member = tarfile.TarInfo(folder)
            member.type = tarfile.DIRTYPE
            tar.addfile(member)
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        for kind in ("cert", "chain", "fullchain", "privkey"):
            member = tarfile.TarInfo(f"{root}/live/ssl/{kind}.pem")
            member.type, member.linkname = tarfile.SYMTYPE, f"../../archive/ssl/{kind}1.pem"
            tar.addfile(member)
    return buffer.getvalue()


def _attribute(value: Any) -> dict[str, Any]:
    """A value as DynamoDB writes it."""
    if isinstance(value, dict):
        return {"M": {key: _attribute(item) for key, item in value.items()}}
    if isinstance(value, list):
        return {"L": [_attribute(item) for item in value]}
    return {"S": str(value)}


def _name(moment: datetime) -> str:
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d-%H%M")


def _random() -> str:
    return secrets.token_hex(6)
