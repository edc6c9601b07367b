# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: the whole life of a project's certificate in the sandbox, told step by step; exits non-zero if anything
is off."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import typing as t
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sandbox.seed import create_distribution, create_zone, upload_certificate

from demo.stage import Stage, StoryError

PROJECT = "webapp"
DOMAINS = ["shop.example", "*.shop.example", "www.news.example"]
INTERVAL_DAYS = 30
# Far more than any machine needs for the steps before; then the clock is set.
SECONDS_UNTIL_DUE = 6 * 3600

# It outlives the sandbox, so that one can open it.
REPORT = Path(__file__).resolve().parents[2] / ".cache" / "demo"

Wanted = dict[str, t.Any]


def prepare(stage: Stage) -> dict[str, str]:
    """Two zones and three distributions: one to be found by its aliases, one named by ID, one of somebody else."""
    stage.chapter("An AWS account with two zones and three distributions")
    for zone in ("shop.example", "news.example"):
        create_zone(zone)
        stage.say(f"hosted zone {zone}")
    foreign = upload_certificate("foreign", ["foreign.example"])
    distributions = {
        "shop": create_distribution(["shop.example", "www.shop.example"]),
        "news": create_distribution(["www.news.example"]),
        "foreign": create_distribution(["foreign.example"], certificate=foreign),
    }
    stage.say(f"{distributions['shop']} serves shop.example and www.shop.example: to be found by its aliases")
    stage.say(f"{distributions['news']} serves www.news.example: named by its ID")
    stage.say(
        f"{distributions['foreign']} serves foreign.example with a certificate that is not ours: must stay as it is"
    )
    stage.control.set(route53_propagation_seconds=1, cloudfront_deploy_seconds=2, iam_visibility_seconds=1)
    stage.say(
        "Here Route 53 needs 1 second to propagate, IAM 1 second until a certificate is visible, CloudFront 2 to deploy"
    )
    return distributions


def first_certificate(stage: Stage, wanted: Wanted) -> None:
    """Nothing, a look at what would be done, the first certificate, and a second run that has nothing to do."""
    stage.chapter("Before: what the edge serves")
    stage.expect_served({"shop.example": None, "www.news.example": None})

    stage.chapter("Dry run: --check --diff changes nothing")
    stage.play("create", wanted, check=True)
    stage.expect(stage.server_certificates() == ["foreign"], "nothing was uploaded, nothing was bound")

    stage.chapter("create: issue, archive, store, bind, verify, notify")
    # The CA backdates this one so far that it comes due in some hours.
    stage.control.set(acme_backdate_seconds=INTERVAL_DAYS * 86400 - SECONDS_UNTIL_DUE)
    stage.play("create", wanted, changed=True)
    stage.control.set(acme_backdate_seconds=0)
    first = stage.certificate(PROJECT)
    stage.say(f"certificate {first['name']} ({first['id']}), valid until {first['not_after']}")
    stage.expect_served({"shop.example": first, "www.shop.example": first, "www.news.example": first})

    stage.chapter("The subscriber confirms the e-mail")
    stage.control.confirm(endpoint="ops@shop.example")
    stage.say("ops@shop.example clicked the link; the next notice reaches it")

    stage.chapter("create again: nothing to do")
    stage.play("create", wanted, changed=False)


def renewal(stage: Stage) -> None:
    """The certificate comes due and is replaced."""
    stage.chapter("renew: the certificate is due")
    first = stage.certificate(PROJECT)
    due_at = datetime.fromisoformat(stage.project(PROJECT)["renewal"]["renew_at"])
    remaining = (due_at - datetime.now(timezone.utc)).total_seconds() + 1
    stage.set_ahead(remaining)
    stage.say(f"the clock is set {remaining / 3600:.0f} hours ahead: the certificate is {INTERVAL_DAYS} days old")
    stage.play("renew", {}, changed=True)
    second = stage.certificate(PROJECT)
    stage.expect(second["serial"] != first["serial"], f"renewed as {second['name']}")
    stage.expect(first["name"] not in stage.server_certificates(), f"{first['name']} was deleted once nothing used it")
    stage.expect_served({"shop.example": second, "www.shop.example": second, "www.news.example": second})
    stage.expect(
        any("in place" in subject for subject in stage.mails("ops@shop.example")), "ops@shop.example was notified"
    )
    stage.play("renew", {}, changed=False)


def reissue_and_clean_up(stage: Stage, wanted: Wanted) -> None:
    """A new key, the old certificate kept, and what a lost run left behind removed."""
    stage.chapter("reissue: a new key now, the old certificate kept for rollback")
    second = stage.certificate(PROJECT)
    stage.play("reissue", {**wanted, "project_keep_previous": 1}, changed=True)
    third = stage.certificate(PROJECT)
    stage.expect(third["serial"] != second["serial"], f"reissued as {third['name']}")
    stage.expect(second["name"] in stage.server_certificates(), f"{second['name']} is kept")
    stage.expect_served({"shop.example": third, "www.news.example": third})

    stage.chapter("cleanup: what a lost run left behind")
    stage.orphan(PROJECT)
    stage.play("cleanup", {"project_name": PROJECT}, changed=True)
    stage.expect(
        stage.server_certificates() == sorted(["foreign", second["name"], third["name"]]),
        "the orphan is gone, the kept one is kept",
    )
    stage.expect_served({"shop.example": third})


def report(stage: Stage) -> None:
    """What an operator looks at."""
    stage.chapter("report: one page of all projects, a table, data, metrics")
    stage.play("report", {"report_dir": str(REPORT)}, changed=False)
    page = (REPORT / "report.html").read_text(encoding="utf-8")
    stage.expect(stage.certificate(PROJECT)["name"] in page, "the page shows the certificate")
    stage.expect("Certificates of no project" in page and ">foreign<" in page, "and the one that is not ours")


def the_end(stage: Stage, distributions: dict[str, str]) -> None:
    """Deletion, refused as long as it would break a site."""
    stage.chapter("delete: refused while the certificate is in use")
    third = stage.certificate(PROJECT)
    stage.play("delete", {"project_name": PROJECT}, fails=True)
    stage.expect_served({"shop.example": third})
    for name in ("shop", "news"):
        stage.use_default_certificate(distributions[name])
    stage.say("the owner removed aliases and certificate from the distributions")
    stage.wait_deployed()
    stage.play("delete", {"project_name": PROJECT}, changed=True)
    stage.expect(stage.server_certificates() == ["foreign"], "no certificate of ours is left in IAM")
    stage.expect(not (stage.store / f"{PROJECT}.json").exists(), "the project is gone; its archive is kept")
    stage.expect(len(list((stage.archive / PROJECT).glob("*.tar.gz"))) == 3, "three bundles are in the archive")


def tell(stage: Stage) -> None:
    """The story."""
    distributions = prepare(stage)
    wanted: Wanted = {
        "project_name": PROJECT,
        "project_domains": DOMAINS,
        "project_emails": ["ops@shop.example"],
        "project_renewal_interval_days": INTERVAL_DAYS,
        "project_bind": ["previous", "aliases", "ids"],
        "project_distributions": [distributions["news"]],
        "project_verify": "tls",
    }
    untouched = stage.distribution_config(distributions["foreign"])
    first_certificate(stage, wanted)
    renewal(stage)
    reissue_and_clean_up(stage, wanted)
    report(stage)
    the_end(stage, distributions)

    stage.chapter("Afterwards")
    stage.expect(
        stage.distribution_config(distributions["foreign"]) == untouched,
        f"{distributions['foreign']} was never touched",
    )
    stage.expect(stage.challenge_records() == [], "no challenge record is left in the zones")


def main() -> int:
    """0 if the story went as told."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="certops-demo-") as home, Stage(Path(home)) as stage:
        try:
            tell(stage)
        except StoryError as exc:
            stage.fail(str(exc))
            return 1
        calls = stage.call_counts()
        stage.chapter("Summary")
        stage.say(f"{stage.checks} checks held; {json.dumps(calls)} requests; {time.monotonic() - started:.0f} s")
        stage.say(f"The report, as it was before the end: {REPORT / 'report.html'}")
        stage.say("Next: the README's first playbook, or `make sandbox` to try this yourself.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
