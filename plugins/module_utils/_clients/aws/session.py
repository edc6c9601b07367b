# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where boto3 clients come from: amazon.aws's connection options in, clients with bounded retries out."""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass, field

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info

from ..._core.values import texts
from ..._core.values.once import OnceProperty
from ..._core.values.partitions import CHINA, GLOBAL
from ..._errors import ConfigError
from ..machine import aws_configuration as configuration, run_files
from . import pace
from .errors import insist_on_aws
from .pace import CallPace, Rate
from .sts import Sts

try:
    import boto3
    import botocore.config
    import botocore.credentials
    import botocore.exceptions
except ImportError:
    pass  # the module's edge reports the missing library

# Standard mode retries throttling, PriorRequestNotComplete, 5xx and connection errors with exponential back-off.
# https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
RETRIES = {"mode": "standard", "total_max_attempts": 8}
# In adaptive mode a client that is throttled slows down, besides. These services allow an account a few calls a second,
# and many projects run at once.
ADAPTIVE = {**RETRIES, "mode": "adaptive"}
ADAPTIVE_SERVICES = frozenset({"cloudfront", "route53"})
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html: 5 a second in accounts from
# before August 2026.
ROUTE53_CALLS_PER_SECOND = 5.0
# The slots of a pace are not the moments at which calls arrive.
MARGIN = 0.9
# CloudFront publishes no number; accounts were throttled at a few updates a minute, and others took one a second.
CLOUDFRONT_UPDATES = Rate(per_second=1.0, burst=5)
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html: one a second in each region.
ACM_IMPORTS = Rate(per_second=MARGIN, burst=1)
CONNECT_TIMEOUT_SECONDS = 10
READ_TIMEOUT_SECONDS = 60
# What a client is made with that reports a broken service instead of waiting for it.
IMPATIENT: dict[str, t.Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "connect_timeout": 5,
    "read_timeout": 20,
}
# For calls that must not be repeated by botocore when their answer is lost, whatever the user's options say of retries.
ONCE: dict[str, t.Any] = {"retries": {**RETRIES, "total_max_attempts": 1}}
# Where global services live: botocore knows it for its own endpoints, but signs with the session's region when the
# endpoint is overridden.
# https://docs.aws.amazon.com/general/latest/gr/rande.html,
# https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
HOME_REGIONS = {
    GLOBAL: {"iam": "us-east-1", "cloudfront": "us-east-1", "route53": "us-east-1"},
    CHINA: {"iam": "cn-north-1", "cloudfront": "cn-northwest-1", "route53": "cn-northwest-1"},
}
# What CloudTrail of the role's account shows as the user.
ROLE_SESSION = "certops.cloudfront"
SERVICES = ("cloudfront", "iam", "route53", "sns", "sts")
_CREDENTIALS = frozenset({"profile", "access_key", "secret_key", "session_token"})
_ROLE = frozenset({"role_arn", "external_id"})
# Those of amazon.aws (plugins/doc_fragments of that collection describe them), and ours.
CONNECTION_OPTIONS = (
    _CREDENTIALS
    | _ROLE
    | {
        "region",
        "endpoint_url",
        "validate_certs",
        "aws_ca_bundle",
        "aws_config",
        "debug_botocore_endpoint_logs",
        "route53_calls_per_second",
    }
)
# What of the environment goes nowhere, not even into a hash: AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and their like.
# The access key's ID stands for them.
_SECRETS = ("_KEY", "_TOKEN")


def preload() -> None:
    """Read the descriptions of the services that a run uses, for this process and its forks: a client made without them
    costs a tenth of a CPU second. And make the session that each fork begins with."""
    configuration.prepared()
    descriptions = configuration.descriptions()
    for service in SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
            with contextlib.suppress(botocore.exceptions.UnknownServiceError):
                descriptions.load_service_model(service, kind)
    for data in ("endpoints", "partitions", "_retry", "sdk-default-configuration"):
        descriptions.load_data(data)


class _Params:
    """What amazon.aws's get_aws_connection_info needs of a module: its params, and a way to fail."""

    def __init__(self, params: t.Mapping[str, t.Any]) -> None:
        self.params = dict(params)

    def fail_json(self, msg: str, **_details: t.Any) -> t.NoReturn:
        raise ConfigError([msg])


class Session:
    """The connection of one module execution; creating it calls nothing, nor does creating clients unless there is a
    role to assume first."""

    def __init__(self, params: t.Mapping[str, t.Any], role_session: str = ROLE_SESSION) -> None:
        self._role_session = role_session
        params = configuration.settled(params)
        botocore_session = configuration.session(params)
        region, endpoint, kwargs = get_aws_connection_info(_Params(params))
        if not region:
            raise ConfigError(["no AWS region: set region or AWS_REGION; it decides the partition (aws or aws-cn)"])
        self.region = str(region)
        self._endpoint = endpoint
        self._user_config = kwargs.pop("aws_config", None)
        self._verify = kwargs.pop("verify", None)
        self._role = (str(params["role_arn"]), params.get("external_id")) if params.get("role_arn") else None
        self._params = params
        with configuration.usable(params):
            self._session = boto3.session.Session(region_name=region, botocore_session=botocore_session, **kwargs)
            credentials = self._session.get_credentials()
        if credentials is None:
            raise ConfigError([f"no AWS credentials: {configuration.NO_CREDENTIALS}"])
        self._identity = (
            self._endpoint or self.region,
            self._session.profile_name,
            params.get("role_arn") or "",
            _who(credentials),
        )
        rate = params.get("route53_calls_per_second", ROUTE53_CALLS_PER_SECOND)
        self._route53_rate = Rate(per_second=MARGIN * rate, burst=1) if rate else None

    @property
    def identity(self) -> tuple[str, ...]:
        """Whose calls these are and where they go: sessions of one identity see the same, told without calling
        anything. No secret is in it."""
        environment = sorted(
            f"{name}={value}"
            for name, value in os.environ.items()
            if name.startswith("AWS_") and not name.endswith(_SECRETS)
        )
        return (*self._identity, str(self._role and self._role[1]), *environment)

    @property
    def partition(self) -> str:
        """``aws`` or ``aws-cn``: the partition that the region belongs to."""
        try:
            return str(self._session.get_partition_for_region(self.region))
        except botocore.exceptions.UnknownRegionError as exc:
            raise ConfigError(
                [f"unknown AWS region {texts.quoted(self.region)}: its partition is unknown; use an existing region"]
            ) from exc

    def home(self, service: str) -> str:
        """The region where the service lives: that of the connection, unless it is a global one."""
        return HOME_REGIONS.get(self.partition, {}).get(service, self.region)

    def client(self, service: str, **config: t.Any) -> t.Any:
        """The boto3 client of ``service``; ``config`` adds botocore Config values, or takes the place of ours."""
        return self._client(self._own, service, config)

    def regional(self, service: str, region: str, **config: t.Any) -> t.Any:
        """The same in this region, whichever the connection names."""
        return self._client(self._own, service, config, region)

    @OnceProperty
    def _own(self) -> t.Any:
        """The session as the role, if there is one to assume."""
        if self._role is None:
            return self._session
        role_arn, external_id = self._role
        assumed = Sts(self._client(self._session, "sts", {})).assume_role(role_arn, self._role_session, external_id)
        return boto3.session.Session(
            aws_access_key_id=assumed["access_key"],
            aws_secret_access_key=assumed["secret_key"],
            aws_session_token=assumed["session_token"],
            region_name=self.region,
            botocore_session=configuration.session(assumed),
        )

    def _client(self, session: t.Any, service: str, config: t.Mapping[str, t.Any], region: str | None = None) -> t.Any:
        retries = ADAPTIVE if service in ADAPTIVE_SERVICES else RETRIES
        defaults = {
            "retries": retries,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "read_timeout": READ_TIMEOUT_SECONDS,
        }
        merged = botocore.config.Config(**{**defaults, "user_agent_extra": "certops.cloudfront", **config})
        if self._user_config is not None:
            merged = merged.merge(self._user_config)
        if config.get("retries") == ONCE["retries"]:
            merged = merged.merge(botocore.config.Config(**ONCE))
        home = region or self.home(service)
        with configuration.usable(self._params):
            client = session.client(
                service, region_name=home, endpoint_url=self._endpoint, verify=self._verify, config=merged
            )
        insist_on_aws(client)
        self._pace(service, home, client)
        return client

    def _pace(self, service: str, region: str, client: t.Any) -> None:
        rate, event = {
            "route53": (self._route53_rate, service),
            "cloudfront": (CLOUDFRONT_UPDATES, f"{service}.UpdateDistribution"),
            "acm": (ACM_IMPORTS, f"{service}.ImportCertificate"),
        }.get(service, (None, ""))
        place = run_files.directory() if rate is not None else None
        if rate is not None and place is not None:
            # the rates of ACM are those of a region
            name = f"{event}.{region}" if service == "acm" else event
            pace.pace_client(client, event, CallPace(place / run_files.file_name(name, self._identity), rate))


def _who(credentials: t.Any) -> str:
    """Whose credentials these are, without fetching any: those that are fetched are told by where from."""
    is_fetched = isinstance(credentials, botocore.credentials.RefreshableCredentials)
    return str(credentials.method if is_fetched else credentials.access_key)


@dataclass(frozen=True, eq=False)
class Connection:
    """The options that say how to reach AWS and as whom, as one value; there are secrets in it."""

    options: t.Mapping[str, t.Any] = field(repr=False)

    @classmethod
    def of(cls, params: t.Mapping[str, t.Any]) -> Connection:
        """What of a module's options is about the connection."""
        return cls({name: value for name, value in params.items() if name in CONNECTION_OPTIONS})

    def overlaid(self, options: t.Mapping[str, t.Any] | None) -> Connection:
        """This one with ``options`` before its own, but never half of one's credentials with half of the other's, and a
        role only with its own external ID."""
        own = {name: value for name, value in (options or {}).items() if value}
        if not own:
            return self
        replaced = _CREDENTIALS | _ROLE if _CREDENTIALS & set(own) else _ROLE if _ROLE & set(own) else frozenset()
        return Connection({**{name: value for name, value in self.options.items() if name not in replaced}, **own})

    @property
    def region(self) -> str:
        """The region that the options or the environment name, or nothing; needs no credentials."""
        return str(get_aws_connection_info(_Params(configuration.settled(self.options)))[0] or "")

    def session(self) -> Session:
        """The session, made when it is first asked for; ConfigError if the options do not suffice. Calls nothing."""
        return self._session

    def problems(self) -> list[str]:
        """Why there can be no session, as far as that can be told without a call."""
        try:
            self.session()
        except ConfigError as exc:
            return list(exc.problems)
        return []

    @OnceProperty
    def _session(self) -> Session:
        return Session(self.options)
