# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in the options of a module is read, or refused as the collection refuses: never a traceback, and
nothing is called for it."""

from __future__ import annotations

import importlib
import random
import time
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.certops.cloudfront.plugins.module_utils import _module
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError

MODULES = sorted(path.stem for path in (Path(__file__).parents[2] / "plugins" / "modules").glob("[a-z]*.py"))
PACKAGE = "ansible_collections.certops.cloudfront.plugins.modules"
NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
SECONDS = 1.0
CONNECTION = {"region": "us-east-1", "access_key": "AKIAEXAMPLE", "secret_key": "secret"}


def nested(depth: int) -> t.Any:
    found: t.Any = []
    for level in range(depth):
        found = {"a": found} if level % 2 else [found]
    return found


VALUES: tuple[t.Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**30, 10**400, 10**5000, float("nan"), float("inf"), 1e308),
    *("", "x", "\x00", "a\x1b[2J", "\ud800", "{{ 1 }}", "../../etc", "a" * 300, "a" * 70_000, "\u00b2", "\uff11\uff12"),
    *("2027-01-06T04:42:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "-----BEGIN PRIVATE KEY-----\nx"),
    *("https://[x/", "https://x", "file:///x", "s3://b/p", "s3://b?owner=1", "dynamodb://t", "@", "a@b.c"),
    *("arn:aws:iam::123456789012:server-certificate/x", "arn:aws:acm:us-east-1:123456789012:certificate/x"),
    *("example.com", "*.example.com", "xn--a", "a..b", "\u00e9.com"),
    *([], [None], [[]], [{}], ["x"], ["x"] * 3000, [1, "2", None], {}, {"a": 1}, {1: 2}, {None: None}),
    *({"status": []}, {"domains": 5}, {"id": {}}, nested(200)),
)
# Of what modules give one another.
KEYS = (
    *("name", "id", "arn", "status", "domains", "not_after", "not_before", "fingerprint_sha256", "issuer", "host"),
    *("project_name", "project_domains", "project_store", "project_archive", "project_tags", "inventory_hostname"),
    *(
        "reason",
        "changed",
        "error",
        "archive_uri",
        "uri",
        "dest",
        "key_type",
        "path",
        "certificate",
        "renewal",
        "state",
    ),
    *("renew_at", "window_start", "window_end", "definition", "region", "results", "distributions", "selected"),
    *("broken", "summary", "plan", "did", "todo", "deadline", "endpoint", "protocol", "kid", "hmac_key", "alg"),
    *("zone", "role_arn", "count", "private_key", "chain", "lifetime_hours", "until", "source", "store", "copies"),
    *("certops_names", "certops_problems", "left", "attention", "failures", "phase", "action", "first_held"),
)


def body_of(name: str) -> tuple[t.Any, _module.Body]:
    """The module, and what it declares."""
    module = importlib.import_module(f"{PACKAGE}.{name}")
    found: list[_module.Body] = []
    token = _module.EDGE.set(found.append)
    try:
        module.main()
    finally:
        _module.EDGE.reset(token)
    return module, found[0]


def value(chance: random.Random, depth: int = 0) -> t.Any:
    kind = chance.random()
    if depth < 3 and kind < 0.15:
        return [value(chance, depth + 1) for _each in range(chance.randint(0, 3))]
    if depth < 3 and kind < 0.35:
        return {chance.choice(KEYS): value(chance, depth + 1) for _each in range(chance.randint(0, 6))}
    return chance.choice(VALUES)


def of_kind(kind: str, given: t.Mapping[str, t.Any], chance: random.Random) -> t.Any:
    """What an option of this type is mostly given."""
    if kind == "bool":
        return chance.random() < 0.5
    if kind in ("int", "float"):
        return chance.choice((0, 1, -1, 5, 30, 3600, 10**12))
    one = chance.choice([each for each in VALUES if isinstance(each, str)])
    if kind == "list" and given.get("elements", "str") == "str":
        return chance.choice(([], [one], ["example.com"]))
    return one if kind in ("str", "path") else value(chance)


def options(spec: t.Mapping[str, t.Any], chance: random.Random) -> dict[str, t.Any]:
    """Options of this specification, of which some have the right type, some the right form."""
    found = {}
    for name, given in spec.items():
        if chance.random() < (0.05 if given.get("required") else 0.6):
            continue
        kind, inner = given.get("type", "str"), given.get("options")
        keys = KEYS if inner is None else tuple(inner)
        if given.get("choices") and chance.random() < 0.9:
            found[name] = chance.choice(given["choices"])
        elif kind == "dict" and chance.random() < 0.8:
            found[name] = {key: value(chance, 1) for key in chance.sample(sorted(keys), min(len(keys), 6))}
        elif kind == "list" and given.get("elements") == "dict" and chance.random() < 0.8:
            found[name] = [
                {key: value(chance, 1) for key in chance.sample(sorted(keys), min(len(keys), 6))}
                for _each in range(chance.randint(0, 3))
            ]
        elif chance.random() < 0.8:
            found[name] = of_kind(kind, given, chance)
        else:
            found[name] = value(chance)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_options_are_read_or_refused(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    module, body = body_of(name)
    chance, end, read = random.Random(name), time.process_time() + SECONDS, 0
    while time.process_time() < end:
        given = {**options(module.ARGUMENT_SPEC, chance), **CONNECTION}
        try:
            checked = ArgumentSpecValidator(body.argument_spec, **body.rules).validate(given)
        except (OverflowError, TypeError, ValueError, RecursionError):
            continue  # Ansible's own, before the module has a say
        if checked.error_messages:
            continue
        read += 1
        try:
            module.parse(Params(checked.validated_parameters, NOW, chance.random() < 0.5))
        except CertError:
            pass
        except Exception as exc:  # noqa: BLE001 - any other is what is looked for
            pytest.fail(f"{name} raises {type(exc).__name__}: {exc!s:.200} over {given!r:.1500}")
    assert read
