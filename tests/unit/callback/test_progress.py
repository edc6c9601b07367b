# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback plugin on made-up events."""

from __future__ import annotations

import io
import os
import typing as t
from types import SimpleNamespace

import pytest
from ansible import constants, context
from ansible.module_utils.common.collections import ImmutableDict
from ansible_collections.certops.cloudfront.plugins.callback.progress import RUNNER, CallbackModule
from ansible_collections.certops.cloudfront.plugins.plugin_utils import _screen

SECRET = "-----BEGIN PRIVATE KEY-----"


class Plugin(CallbackModule):  # type: ignore[misc]  # ansible-core has no types
    """The plugin with its options, and with what it displays kept."""

    def __init__(self, **options: t.Any) -> None:
        super().__init__()
        self.options = {"style": "auto", "interval": 10.0, **options}
        self.now = 0.0
        self._clock = lambda: self.now
        self.lines: list[str] = []
        self._display = SimpleNamespace(
            display=lambda text, color=None: self.lines.append(text if color is None else f"{text} ({color})")
        )

    def get_option(self, k: str, hostvars: t.Any = None) -> t.Any:
        return self.options[k]


class Play:
    """A play over some projects, told to the plugin as Ansible would."""

    def __init__(self, plugin: Plugin, *hosts: str, total: int | None = None) -> None:
        self.plugin = plugin
        variables = {"ansible_play_hosts_all": list(hosts) if total is None else [""] * total}
        manager = SimpleNamespace(get_vars=lambda **_options: variables)
        plugin.v2_playbook_on_play_start(SimpleNamespace(get_variable_manager=lambda: manager))

    def start(self, host: str, module: str, **given: t.Any) -> None:
        self.plugin.v2_runner_on_start(_host(host), _task(module, **given))

    def ok(self, host: str, module: str, result: dict[str, t.Any] | None = None, **given: t.Any) -> None:
        self.start(host, module, **given)
        self.plugin.v2_runner_on_ok(
            SimpleNamespace(_host=_host(host), _task=_task(module, **given), _result=result or {})
        )

    def fail(self, host: str, module: str, ignore_errors: bool = False, **given: t.Any) -> None:
        self.start(host, module, **given)
        self.plugin.v2_runner_on_failed(
            SimpleNamespace(_host=_host(host), _task=_task(module, **given), _result={"msg": SECRET}), ignore_errors
        )

    def take(self, host: str, project: str | None = None, issue: bool = True, locked: bool = True) -> None:
        result = {"locked": locked, "summary": {"name": project or host}, "plan": {"issue": issue}}
        self.ok(host, "project_record", result, args={"state": "locked"})

    def finish(self, host: str, **more: t.Any) -> None:
        self.ok(host, "project_record", {"locked": False}, args={"state": "recorded", "release": True, **more})


def _host(name: str) -> t.Any:
    return SimpleNamespace(get_name=lambda: name)


def _task(
    module: str,
    args: dict[str, t.Any] | None = None,
    check_mode: bool = False,
    name: str = "certops.cloudfront.project : Some task",
) -> t.Any:
    action = module if "." in module else f"certops.cloudfront.{module}"
    return SimpleNamespace(
        action=action, resolved_action=action, args=args or {}, check_mode=check_mode, get_name=lambda: name
    )


@pytest.fixture(autouse=True)
def no_check_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(check=False))


@pytest.fixture
def plugin() -> Plugin:
    return Plugin()


def test_a_line_for_each_phase_that_a_project_comes_to(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.take("web")
    for module in (
        "acme_route53_issue",
        "iam_server_cert",
        "project_record",
        "cloudfront_cert_bind",
        "iam_server_cert_cleanup",
    ):
        plugin.now += 1
        play.ok("web", module, args={"state": "recorded"})
    play.finish("web")
    plugin.v2_playbook_on_stats(SimpleNamespace(processed={}))
    assert plugin.lines == [
        "progress: web: issue",
        "progress: web: store",
        "progress: web: bind",
        "progress: web: clean up",
        "progress: web: record",
        "progress: web: done after 0:00:05 (1 of 1)",
        "progress: 1 of 1 ended, 0:00:05",
    ]


def test_a_project_with_nothing_to_issue_does_not_come_to_that_phase(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.take("web", issue=False)
    play.start("web", "acme_route53_issue")
    assert plugin.lines == []


def test_a_clean_up_that_is_skipped_is_not_said(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.start("web", "iam_server_cert_cleanup")
    assert plugin.lines == []
    play.fail("web", "iam_server_cert_cleanup")
    assert plugin.lines[-1].startswith("progress: web: failed in clean up")


def test_looking_ahead_is_no_phase_unless_all_is_looking_ahead(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    play = Play(plugin, "web")
    play.start("web", "cloudfront_cert_bind", check_mode=True)
    assert plugin.lines == []
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(check=True))
    play.start("web", "cloudfront_cert_bind", check_mode=True)
    assert plugin.lines == ["progress: web: bind"]


def test_a_failure_is_said_where_it_happens_and_only_once(plugin: Plugin) -> None:
    play = Play(plugin, "web", "shop")
    play.take("web")
    play.fail("web", "cloudfront_cert_bind")
    play.finish("web", failure="...")
    assert plugin.lines[-1] == "progress: web: failed in bind after 0:00:00 (1 of 2) (red)"


@pytest.mark.parametrize(
    ("module", "given"),
    [
        pytest.param("sns_notify", {}, id="a notification that is not sent"),
        pytest.param("iam_server_cert", {"ignore_errors": True}, id="an error that is ignored"),
        pytest.param("iam_server_cert", {"check_mode": True}, id="looking ahead"),
        pytest.param("ansible.builtin.assert", {"name": "Somebody else's task"}, id="somebody else's task"),
    ],
)
def test_not_every_failure_is_one_of_the_project(plugin: Plugin, module: str, given: dict[str, t.Any]) -> None:
    Play(plugin, "web").fail("web", module, **given)
    assert not any("failed" in line for line in plugin.lines)


def test_a_definition_that_is_refused_is_a_failure(plugin: Plugin) -> None:
    Play(plugin, "web").fail("web", "ansible.builtin.validate_argument_spec")
    assert plugin.lines == ["progress: web: failed after 0:00:00 (1 of 1) (red)"]


def test_a_project_that_another_run_holds_has_ended(plugin: Plugin) -> None:
    Play(plugin, "web").take("web", locked=False)
    assert plugin.lines == ["progress: web: done after 0:00:00 (1 of 1)"]


def test_several_projects_on_one_host_are_told_apart_by_what_the_module_says(plugin: Plugin) -> None:
    play = Play(plugin, "localhost")
    for project in ("web", "shop"):
        play.take("localhost", project)
        play.finish("localhost")
    assert [line for line in plugin.lines if "done" in line] == [
        "progress: web: done after 0:00:00 (1 of 1)",
        "progress: shop: done after 0:00:00 (2 of 2)",
    ]


def test_what_holds_its_project_when_the_play_is_over_has_failed(plugin: Plugin) -> None:
    play = Play(plugin, "web", "shop")
    play.take("web")
    play.start("shop", "acme_route53_issue")
    Play(plugin, "localhost")
    assert [line.partition(" after")[0] for line in plugin.lines[1:3]] == [
        "progress: web: failed",
        "progress: shop: done",
    ]


def test_of_a_fleet_only_sums_and_failures_are_said(plugin: Plugin) -> None:
    play = Play(plugin, total=1000)
    for number in range(100):
        plugin.now += 0.25
        play.take(f"p{number}", issue=False)
        play.start(f"p{number}", "iam_server_cert")
    play.fail("p7", "iam_server_cert")
    assert [line.partition(";")[0] for line in plugin.lines] == [
        "progress: store 1",
        "progress: store 41",
        "progress: store 81",
        "progress: p7: failed in store after 0:00:23 (1 of 1000) (red)",
    ]


def test_a_play_without_projects_says_nothing(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.ok("web", "ansible.builtin.debug")
    play.ok("web", "project_info")
    plugin.v2_playbook_on_stats(SimpleNamespace(processed={}))
    assert plugin.lines == []


def test_no_result_is_ever_shown(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.take("web")
    play.ok("web", "acme_route53_issue", {"key": SECRET})
    play.fail("web", "cloudfront_cert_bind")
    assert plugin.lines
    assert SECRET not in str(plugin.lines)


class Terminal(io.StringIO):
    """A terminal of a size that can change."""

    size = os.terminal_size((60, 24))

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = plugin._stream = Terminal()
    monkeypatch.setattr(_screen, "_size", lambda stream: stream.size)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", "default")
    return made


def test_a_terminal_has_bars_in_its_last_lines_until_the_end(plugin: Plugin, terminal: Terminal) -> None:
    play = Play(plugin, "web")
    play.start("web", "acme_route53_issue")
    shown = terminal.getvalue()
    assert "\033[1;18r" in shown
    assert "\033[19;1H\033[2Kissue    [" in shown
    assert "\033[24;1H\033[2Kprojects 0 of 1 ended" in shown
    plugin.v2_playbook_on_stats(SimpleNamespace(processed={}))
    assert terminal.getvalue().endswith("\0337\033[r\0338\033[J")
    assert plugin.lines == ["progress: 1 of 1 ended, 0:00:00"]


def test_beside_bars_a_failure_is_named_in_a_line(plugin: Plugin, terminal: Terminal) -> None:
    play = Play(plugin, "web", "api")
    play.take("web")
    play.fail("web", "iam_server_cert")
    assert "\033[1;18r" in terminal.getvalue()
    assert [line for line in plugin.lines if "web: failed in store" in line]


def test_a_terminal_has_bars_as_soon_as_a_project_has_begun(plugin: Plugin, terminal: Terminal) -> None:
    Play(plugin, "web").take("web")
    assert "projects 0 of 1 ended" in terminal.getvalue()


def test_a_terminal_that_is_resized_gets_its_bars_at_the_new_end(plugin: Plugin, terminal: Terminal) -> None:
    play = Play(plugin, "web")
    play.start("web", "acme_route53_issue")
    terminal.size = os.terminal_size((60, 30))
    play.start("web", "iam_server_cert")
    assert "\033[1;24r\033[25;1H" in terminal.getvalue()
    terminal.size = os.terminal_size((60, 10))
    play.start("web", "cloudfront_cert_bind")
    assert terminal.getvalue().endswith("\033[J")


@pytest.mark.parametrize(
    ("lines", "surroundings", "style"),
    [
        pytest.param(10, ("xterm", "default"), "auto", id="too few lines"),
        pytest.param(24, ("dumb", "default"), "auto", id="it cannot move its cursor"),
        pytest.param(24, ("xterm", RUNNER), "auto", id="it is that of ansible-runner or ansible-navigator"),
        pytest.param(24, ("xterm", "default"), "lines", id="lines are wanted"),
    ],
)
def test_a_terminal_has_lines_where_bars_cannot_be_or_are_not_wanted(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, lines: int, surroundings: tuple[str, str], style: str
) -> None:
    terminal.size = os.terminal_size((60, lines))
    monkeypatch.setenv("TERM", surroundings[0])
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", surroundings[1])
    plugin = Plugin(style=style)
    plugin._stream = terminal
    Play(plugin, "web").start("web", "acme_route53_issue")
    assert terminal.getvalue() == ""
    assert plugin.lines == ["progress: web: issue"]


def test_after_a_long_recap_what_needs_a_person_comes_once_more(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.ok("web", "run_summary", {"screen": ["NEEDS A PERSON", "web: confirm"]})
    plugin.v2_playbook_on_stats(SimpleNamespace(processed=dict.fromkeys(range(6), 1)))
    assert plugin.lines[-2:] == ["NEEDS A PERSON", "web: confirm"]


def test_after_a_short_recap_they_still_stand_there(plugin: Plugin) -> None:
    play = Play(plugin, "web")
    play.ok("web", "run_summary", {"screen": ["NEEDS A PERSON"]})
    plugin.v2_playbook_on_stats(SimpleNamespace(processed={"web": 1}))
    assert "NEEDS A PERSON" not in plugin.lines
