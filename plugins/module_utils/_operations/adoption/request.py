# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of adoption_info as a value, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.elb import ClassicLoadBalancing
from ..._clients.aws.regional.elbv2 import LoadBalancing
from ..._clients.aws.regional.tagging import Tagging
from ..._clients.aws.session import Connection
from ..._clients.aws.sns import Sns
from ..._clients.aws.stacks.cloudformation import CloudFormation
from ..._clients.aws.stacks.events import Events
from ..._clients.aws.stacks.functions import Functions
from ..._clients.aws.stacks.plugin_bucket import PluginBucket
from ..._clients.aws.stacks.plugin_table import PluginTable
from ..._clients.machine import user
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.adoption import incoming
from ..._core.adoption.mapping import ALL, CONFIRMED, Wishes
from ..._core.adoption.shapes import FILE_SOURCES, SeenProject
from ..._core.project import definition as project_definition, fields
from ..._core.values import domain_names, emails, partitions, texts
from ..._core.values.params import Params
from ..._core.values.partitions import AwsAccount
from ..._core.values.waiting import Clock
from ..._errors import ConfigError
from ..fleet.renewal_inquiry import RenewalInfos

# What each project has of its own.
_OWN = ("domains", "emails")


@dataclass(frozen=True)
class Patience:
    """How long a run of the old tool that began before it was stopped is waited for, and whether also one of v1, which
    does not say that it is at work."""

    seconds: int = 0
    of_v1: bool = False


@dataclass(frozen=True)
class AdoptionInfoRequest:
    """What is looked for. ``known`` are the projects of an earlier reading, ``hosts`` those that hosts with clients
    found; ``is_one_of_hosts`` says that this reading is of such a host."""

    sources: tuple[str, ...]
    projects: tuple[str, ...]
    names: t.Mapping[str, str]
    paths: tuple[str, ...]
    known: tuple[SeenProject, ...]
    hosts: tuple[SeenProject, ...]
    wishes: Wishes
    rebind: bool
    move: bool
    keys: bool
    is_one_of_hosts: bool
    host: str | None
    verify: bool
    check_bundles: bool
    patience: Patience
    store: str | None
    connection: Connection

    @property
    def in_aws(self) -> bool:
        """Whether anything of AWS is to be read."""
        return bool(self.hosts) or any(source not in FILE_SOURCES for source in self.sources)


@dataclass(frozen=True)
class AdoptionAws:
    """What reads AWS; without ACM in China, where CloudFront takes certificates of IAM only."""

    region: str
    iam: Iam
    cloudfront: CloudFront
    cloudformation: CloudFormation
    events: Events
    functions: Functions
    table: PluginTable
    bucket: PluginBucket
    sns: Sns
    account: t.Callable[[], AwsAccount]
    acm: Acm | None
    elbv2: LoadBalancing
    elb: ClassicLoadBalancing
    tagging: Tagging | None
    stack_tags: Tagging


@dataclass(frozen=True)
class AdoptionClients:
    """What a reading asks; without AWS where only files are read, and without a store where nobody has one."""

    aws: AdoptionAws | None
    store: Store | None
    ca: t.Callable[[str, str | None, Clock], RenewalInfos]


def parse(params: Params) -> AdoptionInfoRequest:
    """What is looked for; ConfigError that lists every problem, without calling anything."""
    known, of_known = incoming.projects(params["known"] or (), "known")
    hosts, of_hosts = incoming.projects(params["hosts"] or (), "hosts")
    wishes, of_wishes = _wishes(params)
    names = texts.plain_texts(params["names"] or {})
    sources, paths = _sources(params["sources"], params["reads"]), tuple(params["paths"] or ())
    problems = [*stores.uri_problems(params["store"], "store"), *of_known, *of_hosts, *of_wishes]
    problems += _wait_problems(params["wait_seconds"]) + _name_problems(names) + _path_problems(sources, paths)
    if "acm" in sources and partitions.of_region(Connection.of(params).region) == partitions.CHINA:
        problems.append("sources: in China, CloudFront takes certificates of IAM only; leave acm out")
    if problems:
        raise ConfigError(problems)
    return AdoptionInfoRequest(
        sources=sources,
        projects=tuple(params["projects"] or ()),
        names=names,
        paths=paths,
        known=known,
        hosts=hosts,
        wishes=wishes,
        rebind=params["rebind"],
        move=params["move"],
        keys=params["keys"],
        is_one_of_hosts=params["reads"] == "files",
        host=params["host"],
        verify=params["verify"],
        check_bundles=params["check_bundles"],
        patience=Patience(params["wait_seconds"], params["wait_for_old_run"]),
        store=params["store"],
        connection=Connection.of(params),
    )


def _sources(given: t.Iterable[str], reads: str) -> tuple[str, ...]:
    """Those that are read here: in a playbook files are read on hosts, and AWS from the controller."""
    wanted = {"all": (True, False), "files": (True,), "aws": (False,)}[reads]
    return tuple(dict.fromkeys(source for source in given if (source in FILE_SOURCES) in wanted))


def _wait_problems(seconds: int) -> list[str]:
    return [f"wait_seconds: {seconds} is negative; use 0 or more"] if seconds < 0 else []


def _name_problems(names: t.Mapping[str, str]) -> list[str]:
    return [
        problem
        for theirs, ours in names.items()
        for problem in project_definition.name_problems(ours, f"names: {texts.cleaned(theirs, 60)}")
    ]


def _path_problems(sources: t.Iterable[str], paths: t.Sequence[str]) -> list[str]:
    return [
        f"paths: {source} is read from files; name the directories to look into"
        for source in sources
        if source in FILE_SOURCES and not paths
    ] + [f"paths: {texts.quoted(path)} is not an absolute path" for path in paths if path[:1] != "/"]


def _wishes(params: Params) -> tuple[Wishes, list[str]]:
    given = params["emails"] or [CONFIRMED]
    if list(given) in ([CONFIRMED], [ALL]):
        chosen: str | tuple[str, ...] = given[0]
        problems = []
    else:
        chosen = domain_names.split(given)
        problems = [
            f"emails: {texts.quoted(one)} is not a valid e-mail address; use confirmed, all, or addresses"
            for one in chosen
            if not emails.is_address(one)
        ]
    variables = {texts.plain(key).removeprefix("project_"): value for key, value in (params["variables"] or {}).items()}
    definition = {key: value for key, value in variables.items() if key in fields.KEYS and key not in _OWN}
    definition |= {key: value for key, value in (params["definition"] or {}).items() if value is not None}
    problems += [
        f"definition: {texts.quoted(key)} is unknown; the keys are {', '.join(fields.KEYS)}"
        for key in params["definition"] or {}
        if key not in fields.KEYS
    ]
    return Wishes(chosen, definition, params["topic"], *_default_ca()), problems


def _default_ca() -> tuple[str, str | None]:
    """The CA of the user or the environment, and the file that it is checked against."""
    return user.default("acme_directory"), user.default("acme_ca_bundle") or None
