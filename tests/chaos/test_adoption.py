# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at every call of an adoption: sites keep their certificate, and one more run finishes it. Between any two
steps the old tool may run, too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sandbox.seed import client
from sandbox.ssl_plugin import PluginProject, SslPlugin

from chaos.starting_point import Bench, in_lanes

from .killing import KillPoint, kill_points
from .report import Report

NAME = "WebApp"
DOMAINS = ["shop.example", "www.shop.example"]
# What a person would look at first.
CHOSEN = ("events:DisableRule", "lambda:PutFunctionConcurrency", "iam:UpdateServerCertificate")


def _deployed(bench: Bench) -> tuple[SslPlugin, PluginProject]:
    """A project of the plugin with two certificates, the newer of which nobody uses."""
    bench.clear()
    plugin = SslPlugin(bench.process.env(), bench.control)
    project = plugin.project(NAME, DOMAINS, aliases=[[name] for name in DOMAINS])
    plugin._upload(project, "WebApp-2030-01-01-0000", plugin.authority.certificate(DOMAINS))
    bench.control.clear_calls()
    return plugin, project


def _in_service(bench: Bench, project: PluginProject) -> dict[str, str]:
    cloudfront = client("cloudfront", bench.process.env())
    found = {}
    for one in project.distributions:
        viewer = cloudfront.get_distribution_config(Id=one)["DistributionConfig"]["ViewerCertificate"]
        found[one] = str(viewer["IAMCertificateId"])
    return found


def _existing(bench: Bench) -> set[str]:
    iam = client("iam", bench.process.env())
    return {str(one["ServerCertificateId"]) for one in iam.list_server_certificates()["ServerCertificateMetadataList"]}


def _undisturbed(bench: Bench) -> list[dict[str, Any]]:
    _deployed(bench)
    ended = bench.runner.prepare("adopt", {}, workers=True).go().wait()
    assert ended.status == 0, ended.output
    return bench.control.calls()


def _finished(bench: Bench, project: PluginProject, before: dict[str, str]) -> list[str]:
    """What is not as it should be after one more run."""
    again = bench.runner.run("adopt", {})
    document = json.loads((bench.data / "store" / f"{NAME}.json").read_text(encoding="utf-8"))
    certificate = document["certificate"] or {}
    facts = {
        "the run did not end well": again.status == 0,
        "the adoption is unfinished": document["adoption"]["phase"] == "done" and document["lock"] is None,
        "a distribution changed": _in_service(bench, project) == before,
        "another certificate is recorded": {certificate.get("id")} == set(before.values()),
        "its key is not in the archive": bool(certificate.get("archive_uri")),
        "a distribution was updated": bench.control.counts()["UpdateDistribution"] == 0,
        "a certificate is gone": len(_existing(bench)) == 2,
    }
    problems = [problem for problem, holds in facts.items() if not holds]
    return [*problems, again.output] if problems else []


def _survive(bench: Bench, point: KillPoint) -> list[str]:
    _plugin, project = _deployed(bench)
    before = _in_service(bench, project)
    bench.control.clear_calls()
    started = bench.runner.prepare("adopt", {}, workers=True)
    bench.control.fault(point.service, point.operation, "kill", when=point.when, skip=point.skip, pgid=started.pid)
    killed = started.go().wait()
    bench.control.clear_faults()
    if killed.status != -9:
        return [f"the run was not killed:\n{killed.output}"]
    if _in_service(bench, project) != before or not set(before.values()) <= _existing(bench):
        return ["a site lost its certificate"]
    return _finished(bench, project, before)


def _survive_all(lanes: list[Bench], report: Report, points: Sequence[KillPoint]) -> None:
    assert points
    problems = []
    for point, found in in_lanes(lanes, points, _survive):
        report.kill_points["adopt"] += 1
        if isinstance(found, BaseException):
            problems.append(f"{point}: {found}")
        elif found:
            problems.append("\n".join((f"{point}:", *found)))
        else:
            report.survived["adopt"] += 1
    assert not problems, f"{len(problems)} kill points\n" + "\n\n".join(problems)


@pytest.mark.chaos
def test_an_adoption_killed_at_any_call_is_finished_by_the_next_one(lanes: list[Bench], report: Report) -> None:
    _survive_all(lanes, report, kill_points("adopt", _undisturbed(lanes[0])))


def test_an_adoption_killed_where_it_changes_something_is_finished_by_the_next_one(
    lanes: list[Bench], report: Report
) -> None:
    points = kill_points("adopt", _undisturbed(lanes[0]))
    chosen = {f"{point.service}:{point.operation}:{point.when}": point for point in points}
    _survive_all(lanes, report, [chosen[f"{name}:after"] for name in CHOSEN])


@pytest.mark.chaos
@pytest.mark.parametrize("operation", ["DescribeStacks", "DisableRule", "UpdateServerCertificate"])
def test_a_run_of_theirs_between_two_steps_harms_nothing(bench: Bench, operation: str) -> None:
    """The adoption is killed at a call, the old tool fires if it can, and the next adoption takes what there is."""
    plugin, project = _deployed(bench)
    started = bench.runner.prepare("adopt", {}, workers=True)
    service = {"DescribeStacks": "cloudformation", "DisableRule": "events"}.get(operation, "iam")
    bench.control.fault(service, operation, "kill", when="before", pgid=started.pid)
    assert started.go().wait().status == -9
    bench.control.clear_faults()
    plugin.timer(project)
    before = _in_service(bench, project)
    assert set(before.values()) <= _existing(bench)
    again = bench.runner.run("adopt", {})
    assert again.status == 0, again.output
    assert _in_service(bench, project) == before
    document = json.loads((bench.data / "store" / f"{NAME}.json").read_text(encoding="utf-8"))
    assert ({document["certificate"]["id"]}, document["adoption"]["phase"]) == (set(before.values()), "done")
