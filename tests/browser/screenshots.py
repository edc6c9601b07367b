# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the pictures of docs/reports.md: ``PYTHONPATH=tests .venv/bin/python -m browser.screenshots``. The page is what
the product makes of the documents of an invented fleet."""

from __future__ import annotations

import random
import tempfile
import typing as t
from datetime import timedelta
from pathlib import Path

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.report_place import ReportDirectory
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import history
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project.history import EndedRun
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.fleet.report import (
    ReportAws,
    ReportClients,
)
from ansible_collections.certops.cloudfront.plugins.modules import project_report
from unit.fakes import modules, projects
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW
from unit.fakes.store import FakeStore

from . import chromium

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
NAMES = (
    *("shop", "blog", "docs", "mail", "news", "api", "help", "jobs", "play", "team"),
    *("shop-cn", "blog-cn", "status", "search", "media", "login", "cart", "labs"),
)
HEIGHT, SMALL = 760, 600
FAILURE = (
    "cloudfront:UpdateDistribution on E2EXAMPLE4WK9D was refused (AccessDenied); grant this action to the identity in"
    " use (see docs/iam of the collection)"
)


def _document(number: int, name: str, dice: random.Random) -> dict[str, t.Any]:
    domain, identity = f"{name}.example.com", f"ASCAEXAMPLE{number:010}"
    age = dice.uniform(1, 29)
    facts = {"domains": [domain, f"*.{domain}"], "lifetime_days": 90, "issuer": "CN=R11,O=Let's Encrypt,C=US"}
    begun = NOW - timedelta(days=age)
    one = projects.certificate(
        age_days=age,
        name=f"{name}-{times.to_name(begun + timedelta(days=90))}",
        id=identity,
        fingerprint_sha256=f"{dice.getrandbits(256):064x}",
        archive_uri=f"s3://certops-example/archive/{name}/{times.to_name(begun)}.tar.gz",
        **facts,
    )
    defined = {**projects.definition(domains=facts["domains"], emails=["ops@example.com"]), "tags": {"team": "web"}}
    last_run = {
        "Status": "Succeeded",
        "started_at": times.to_text(begun),
        "finished_at": times.to_text(begun + timedelta(minutes=3)),
        "Previous_IAM_SSL_Info": {"IAM_SSL_ID": [f"ASCAEXAMPLE{number + 900:010}"]},
        "Matched_CloudFront": {"ID_LIST": [f"E2EXAMPLE{number:05}"]},
        "Update_CloudFront_Status": [{f"E2EXAMPLE{number:05}": "Success"}],
        "Delete_Previous_IAM_SSL_Cert": {},
    }
    made = projects.document(
        name=name, definition=defined, certificate=one, subscribed=["ops@example.com"], last_run=last_run
    )
    return history.appended(made, EndedRun("renew", "r", times.to_text(begun), True), begun + timedelta(minutes=3))


def fleet() -> FakeStore:
    """The documents: most are well, and some are not."""
    dice, store = random.Random(1), FakeStore()
    documents = {name: _document(number, name, dice) for number, name in enumerate(NAMES)}
    shop, mail, labs = documents["shop"], documents["mail"], documents["labs"]
    failed = NOW - timedelta(hours=2)
    shop["certificate"].update(not_after=times.to_text(NOW + timedelta(days=6, hours=4)))
    shop["renewal"].update(failures=3, next_attempt_at=times.to_text(NOW + timedelta(hours=2)))
    shop["last_run"].update(Status="Replace failed", Error=FAILURE)
    documents["shop"] = history.appended(shop, EndedRun("renew", "r", times.to_text(failed), False, FAILURE), failed)
    mail["certificate"].update(not_before=times.to_text(NOW - timedelta(days=33)))
    labs.update(certificate=None, last_run=None, history=[], subscribed=[])
    for name, document in documents.items():
        store.write(name, document, None)
    return store


class _Iam:
    """What the account has beside the projects."""

    def list_server_certificates(self) -> tuple[StoredCertificate, ...]:
        old = NOW + timedelta(days=20)
        return (StoredCertificate("wildcard-2025", "/cloudfront/", "ASCAEXAMPLEOLD", None, None, old),)

    def get_server_certificate_quota(self) -> tuple[int, int]:
        return 18, 20


class _CloudFront:
    """A distribution for each project, and one that uses what is of none."""

    def list_distributions(self) -> tuple[Distribution, ...]:
        own = [
            Distribution(
                f"E2EXAMPLE{number:05}",
                aliases=(f"{name}.example.com", f"www.{name}.example.com"),
                viewer={"IAMCertificateId": f"ASCAEXAMPLE{number:010}"},
            )
            for number, name in enumerate(NAMES)
        ]
        return (*own, Distribution("E2EXAMPLEOLD", viewer={"IAMCertificateId": "ASCAEXAMPLEOLD"}))


def make(directory: Path) -> Path:
    """The page of the fleet."""
    aws = ReportAws(t.cast("t.Any", _Iam()), t.cast("t.Any", _CloudFront()), lambda: AwsAccount("123456789012", "aws"))
    clients = ReportClients(fleet(), ReportDirectory(directory), lambda: aws)
    params = {key: spec.get("default") for key, spec in project_report.ARGUMENT_SPEC.items()}
    given = {"title": "Certificates of example.com", "store": "dynamodb://certops", "dir": str(directory)}
    modules.run(project_report, {**params, **given}, FakeClock(NOW), clients=clients)
    return directory / "report.html"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, chromium.opened() as browser:
        page = make(Path(directory))
        # The clock of the browser is ahead of the report.
        hide = "document.getElementById('stale').hidden = true;"
        opened_shop = f"{hide} document.querySelector('#p-shop details').open = true; document.getElementById('f')"
        pictures = (
            ("report", hide, 1200, "light"),
            ("report-details", f"{opened_shop}.scrollIntoView()", 1200, "dark"),
            ("report-phone", f"{hide} document.getElementById('lang').click()", 400, "light"),
        )
        for name, then, width, scheme in pictures:
            browser.emulate(width, HEIGHT, phone=width < SMALL, prefers_color_scheme=scheme)
            browser.open(page)
            browser.evaluate(f"{then}; true")
            browser.screenshot(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
