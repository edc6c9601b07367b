# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin on a store in files; how Ansible finds its options and its cache is for the end-to-end tests."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.certops.cloudfront.plugins.inventory.projects import InventoryModule
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes.projects import certificate, definition, document

DEFAULTS: dict[str, t.Any] = {
    "expiring_days": 14,
    "cache": False,
    "strict": False,
    "compose": {},
    "groups": {},
    "keyed_groups": [],
}


def aged(days: float) -> dict[str, t.Any]:
    """A certificate of 64 days that was issued so long ago, by the clock of this machine."""
    issued = datetime.now(timezone.utc) - timedelta(days=days)
    return certificate(not_before=times.to_text(issued), not_after=times.to_text(issued + timedelta(days=64)))


class Plugin(InventoryModule):  # type: ignore[misc]  # ansible-core has no types
    """The plugin with options that come from the test; texts in them are trusted, as those of a file are."""

    ansible_name = "certops.cloudfront.projects"

    def __init__(self, cache: dict[str, t.Any], options: dict[str, t.Any]) -> None:
        super().__init__()
        self._cache = cache
        self.given = _trusting({**DEFAULTS, **options})

    def _read_config_data(self, path: str) -> None:
        pass

    def get_option(self, option: str, hostvars: t.Any = None) -> t.Any:
        return self.given.get(option)


def _trusting(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _trusting(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_trusting(entry) for entry in value]
    return trust_as_template(value) if isinstance(value, str) else value


def trust_as_template(value: str) -> str:
    """As the text of a file that the user wrote; ansible-core 2.18 trusts all that is not marked otherwise."""
    try:
        from ansible.template import trust_as_template
    except ImportError:
        return value
    return t.cast("str", trust_as_template(value))


class Source:
    """A store, and the inventory that the plugin makes of it."""

    def __init__(self, directory: Path) -> None:
        self.store = directory / "store"
        self.store.mkdir()
        self.file = directory / "certops.yml"
        self.cache: dict[str, t.Any] = {}

    def keep(self, name: str, **given: t.Any) -> None:
        (self.store / f"{name}.json").write_text(json.dumps({**document(**given), "name": name}), encoding="utf-8")

    def inventory(self, use_cache: bool = True, **options: t.Any) -> InventoryData:
        data, plugin = InventoryData(), Plugin(self.cache, {"store": f"file://{self.store}", **options})
        plugin.parse(data, DataLoader(), str(self.file), use_cache)
        data.reconcile_inventory()
        return data


def members(data: InventoryData, group: str) -> list[str]:
    return sorted(host.name for host in data.groups[group].get_hosts())


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(
        "ansible.utils.display.Display.warning", lambda _self, msg, *_more, **_options: said.append(msg)
    )
    return said


def test_there_is_one_local_host_for_each_project_with_its_definition(source: Source) -> None:
    source.keep("one", definition=definition(emails=["ops@example.com"]))
    source.keep("two", certificate=aged(1))
    data = source.inventory()
    assert members(data, "certificate_projects") == ["one", "two"]
    variables = data.hosts["one"].vars
    assert (variables["ansible_connection"], variables["project_name"], variables["project_emails"]) == (
        "local",
        "one",
        ["ops@example.com"],
    )
    assert variables["project_store"] == f"file://{source.store}"
    assert data.hosts["two"].vars["project_record"]["certificate"]["name"] == "webapp-1"


def test_groups_by_state_exist_even_when_empty_and_hold_the_projects(source: Source) -> None:
    assert members(source.inventory(), "state_due") == []
    source.keep("fresh", certificate=aged(1))
    source.keep("due", certificate=aged(31))
    source.keep("late", certificate=aged(60))
    data = source.inventory()
    assert members(data, "state_ok") == ["fresh"]
    assert members(data, "state_due") == ["due", "late"]
    assert members(data, "state_expiring") == ["late"]
    assert members(source.inventory(expiring_days=40), "state_expiring") == ["due", "late"]


def test_groups_by_tag_have_names_that_ansible_takes(source: Source) -> None:
    source.keep("one", definition=definition(tags={"cost-center": "a/b c"}))
    assert members(source.inventory(), "tag_cost_center_a_b_c") == ["one"]


def test_groups_and_variables_can_be_constructed(source: Source) -> None:
    source.keep("one", certificate=aged(1))
    data = source.inventory(
        compose={"days_left": "project_record.expires_in_days"},
        groups={"apex": "'example.com' in project_domains", "nobody": "project_domains | length == 0"},
        keyed_groups=[{"prefix": "key", "key": "project_key_type"}],
    )
    assert int(data.hosts["one"].vars["days_left"]) == 62  # ansible-core 2.18 makes text of it
    assert members(data, "apex") == members(data, "key_ecdsa_p256") == ["one"]
    assert "nobody" not in data.groups


def test_an_expression_that_fails_stops_the_inventory_only_if_it_is_strict(source: Source) -> None:
    source.keep("one")
    assert (
        "days" not in source.inventory(compose={"days": "project_record.certificate.nothing.there"}).hosts["one"].vars
    )
    with pytest.raises(Exception, match="Could not set days for host one"):
        source.inventory(compose={"days": "project_record.certificate.nothing.there"}, strict=True)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("{", id="no JSON"),
        pytest.param(json.dumps({"schema": 99, "name": "bad"}), id="a later schema"),
        pytest.param(
            json.dumps({**document(), "name": "bad", "certificate": {"not_after": 1}}), id="a damaged certificate"
        ),
        pytest.param(
            json.dumps({**document(), "name": "bad", "definition": {**definition(), "tags": ["no", "mapping"]}}),
            id="tags that are none",
        ),
    ],
)
def test_a_broken_document_is_warned_of_by_name_and_the_others_are_there(
    source: Source, warnings: list[str], content: str
) -> None:
    source.keep("good", certificate=aged(1))
    (source.store / "bad.json").write_text(content, encoding="utf-8")
    data = source.inventory()
    assert members(data, "state_ok") == ["good"]
    assert members(data, "state_broken") == ["bad"]
    assert [warning for warning in warnings if "bad" in warning] == [data.hosts["bad"].vars["certops_problem"]]


@pytest.mark.parametrize("name", ["localhost", "all", "state_due"])
def test_a_project_whose_name_means_something_else_in_ansible_is_left_out_with_a_warning(
    source: Source, warnings: list[str], name: str
) -> None:
    source.keep(name)
    source.keep("other")
    data = source.inventory()
    assert members(data, "certificate_projects") == ["other"]
    assert any(f"project {name} is left out" in warning for warning in warnings)


def test_nothing_in_a_document_is_taken_for_a_template(source: Source, tmp_path: Path) -> None:
    evil = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "harm") + "') }}"
    source.keep("one", definition=definition(acme_preferred_chain=evil), later={"evil": evil})
    data = source.inventory(
        compose={"copied": "project_acme_preferred_chain"},
        keyed_groups=[{"prefix": "chain", "key": "project_acme_preferred_chain"}],
    )
    variables = data.hosts["one"].vars
    assert variables["copied"] == variables["project_acme_preferred_chain"] == evil
    assert variables["project_record"]["later"] == {"evil": evil}
    assert not (tmp_path / "harm").exists()


HARM = "{{ lookup('ansible.builtin.pipe', 'touch harm') }}"


@pytest.mark.parametrize("name", [HARM, "a,b", "web[0]", "line\nbreak", "\x1b[2J"])
def test_what_is_not_named_as_a_project_is_a_warning_and_no_host(
    source: Source, warnings: list[str], name: str
) -> None:
    source.keep("good", certificate=aged(1))
    source.keep(name)
    (source.store / f"also {name}.json").write_text("{", encoding="utf-8")
    data = source.inventory()
    assert list(data.hosts) == ["good"]
    assert len([text for text in warnings if "not the name of a project" in text and text.isprintable()]) == 2


def cached(source: Source, found: t.Any) -> InventoryData:
    """The inventory from a cache that somebody else wrote."""
    source.keep("from_store")
    source.inventory(cache=True)
    (key,) = source.cache
    source.cache[key] = found
    return source.inventory(cache=True)


def test_a_text_of_the_cache_is_never_a_template(source: Source, tmp_path: Path) -> None:
    evil = trust_as_template("{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "harm") + "') }}")
    data = cached(
        source,
        {
            "one": {"document": {**document(definition=definition() | {"acme_preferred_chain": evil}), "name": "one"}},
            "two": {"error": evil},
        },
    )
    shown = data.hosts["one"].vars["project_acme_preferred_chain"]
    assert shown == evil
    for text in (shown, data.hosts["two"].vars["certops_problem"]):
        assert Templar(DataLoader(), {"text": text}).template(trust_as_template("{{ text }}")) == evil
    assert not (tmp_path / "harm").exists()


def test_a_name_of_the_cache_is_judged_as_one_of_the_store(source: Source, warnings: list[str]) -> None:
    data = cached(source, {HARM: {"document": {**document(), "name": HARM}}, "a,b": {"error": "said"}})
    assert not data.hosts
    assert any("not the name of a project" in text for text in warnings)


@pytest.mark.parametrize(
    "found",
    [
        [],
        "text",
        None,
        {"one": "text"},
        {"one": {}},
        {"one": {"document": []}},
        {"one": {"error": {}}},
        {"one": {"error": "x", "document": {}}},
        {"one": {"error": set()}},
    ],
    ids=repr,
)
def test_a_cache_of_another_form_is_not_used_and_that_is_told(
    source: Source, warnings: list[str], found: t.Any
) -> None:
    assert list(cached(source, found).hosts) == ["from_store"]
    assert any("what the inventory cache has of" in text for text in warnings)


def test_a_cache_that_its_plugin_cannot_read_is_not_used_and_that_is_told(source: Source, warnings: list[str]) -> None:
    class Corrupt(dict[str, t.Any]):
        def __contains__(self, _key: object) -> bool:
            raise OSError("most likely a corrupt file")

    source.keep("one")
    source.cache = Corrupt()
    assert list(source.inventory(cache=True).hosts) == ["one"]
    assert any("what the inventory cache has of" in text for text in warnings)


def test_the_cache_keeps_documents_but_no_states_until_it_is_flushed(source: Source) -> None:
    source.keep("one")
    assert members(source.inventory(cache=True), "certificate_projects") == ["one"]
    source.keep("two", certificate=aged(1))
    assert members(source.inventory(cache=True), "certificate_projects") == ["one"]
    assert members(source.inventory(use_cache=False, cache=True), "certificate_projects") == ["one", "two"]
    assert members(source.inventory(cache=True, expiring_days=64), "state_expiring") == ["two"]
    assert "definition" in json.dumps(source.cache)


def test_the_cache_of_one_store_is_not_that_of_another(source: Source, tmp_path: Path) -> None:
    source.keep("one")
    source.inventory(cache=True)
    assert members(source.inventory(cache=True, store=f"file://{tmp_path}/other"), "certificate_projects") == []


def test_a_store_may_be_a_template(source: Source) -> None:
    source.keep("one")
    data = source.inventory(store="{{ 'file' ~ '://' }}" + str(source.store))
    assert data.hosts["one"].vars["project_store"] == f"file://{source.store}"


@pytest.mark.parametrize("name", ["projects.yml", "web.projects.yaml", "certops.yml", "china-certops.yaml"])
def test_a_file_with_one_of_our_names_is_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert Plugin({}, {}).verify_file(str(tmp_path / name))


@pytest.mark.parametrize("name", ["hosts.yml", "projects.json", "certops"])
def test_a_file_with_another_name_is_not_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert not Plugin({}, {}).verify_file(str(tmp_path / name))


def test_a_store_that_cannot_be_one_is_refused_by_its_name(source: Source) -> None:
    with pytest.raises(AnsibleParserError, match="ftp://"):
        source.inventory(store="ftp://somewhere")


def test_a_store_that_is_away_is_an_error_and_not_an_empty_inventory(source: Source) -> None:
    (source.store.parent / "file").touch()
    with pytest.raises(AnsibleParserError, match="cannot list"):
        source.inventory(store=f"file://{source.store.parent}/file")
