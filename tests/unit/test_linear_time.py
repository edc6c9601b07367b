# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scans text of others takes no longer than the text is long, whatever it says; redaction, quoting and the values
of TXT records have such tests of their own."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import directories
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.problems import Problem, advice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal_notes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Manifest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns import caa
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import given
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    definition,
    document as project_document,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import (
    domain_names,
    emails,
    json_text,
    texts,
    times,
    urls,
    waiting,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError
from unit.fakes.projects import NOW, document
from unit.growth import assert_linear

UNITS = ("a", "a-", "a.", "-", "1", "\x1b", " ", '"', "{", "[", "=", "; a=", "name='", "-----BEGIN CERTIFICATE-----\n")
Work = t.Callable[[str], object]

READERS: dict[str, Work] = {
    "JSON": json_text.parsed,
    "quoted": texts.quoted,
    "e-mail address": emails.is_address,
    "domain name": lambda text: domain_names.problems([text]),
    "URL": urls.https_problem,
    "ACME directory": directories.problems,
    "time": times.from_text,
    "Retry-After": lambda text: waiting.retry_after(text, NOW),
    "CAA": caa.issue_value,
    "name of a project": definition.name_problems,
    "host of a project": given.host_of,
    "problem of a CA": lambda text: advice(Problem.from_json({"type": text, "detail": text}), None, NOW),
    "certificates": crypto.split,
    "certificate": crypto.inspect,
}
DOCUMENTS: dict[str, t.Callable[[str], object]] = {
    "words": lambda text: project_document.loaded("webapp", document(renewal={"reason": text, "failures": 0})),
    "a tag": lambda text: project_document.loaded("webapp", {**document(), "definition": {"tags": {text: text}}}),
    "names": lambda text: project_document.loaded("webapp", {**document(), "definition": {"domains": [*text[:9999]]}}),
    "a later key": lambda text: project_document.loaded("webapp", document(later={"x": [text], text[:50]: text})),
    "many later values": lambda text: project_document.loaded(
        "webapp", document(later=[list(text[start : start + 900]) for start in range(0, len(text), 900)][:90])
    ),
    "a manifest": lambda text: Manifest.from_dict({"schema": 1, text: text, "files": {text: text}}),
    "notes": lambda text: renewal_notes.entries({"known": {text: {"error": text}, "x": {"error": text}}}),
    "damaged JSON": lambda text: json.loads(text[:100]) and json_text.parsed(f'{{"a": "{text}'),
}


def tolerant(work: Work) -> Work:
    """The reader, whatever it says of the text."""

    def read(text: str) -> None:
        with contextlib.suppress(ValueError, CertError):
            work(text)

    return read


@pytest.mark.parametrize("name", [*READERS, *DOCUMENTS])
def test_a_reader_takes_no_longer_than_its_text_is_long(name: str) -> None:
    work = {**READERS, **DOCUMENTS}[name]
    for unit in UNITS:
        assert_linear(lambda size, unit=unit: unit * (size // len(unit)), tolerant(work))  # type: ignore[misc]
