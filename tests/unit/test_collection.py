# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fact stands in one file; where another file has to repeat it, the two are compared here. The rules of Galaxy and
Automation Hub, too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition, fields
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import release
from ansible_collections.certops.cloudfront.plugins.module_utils._core.retire import revocation

ROOT = Path(__file__).resolve().parents[2]
GALAXY_TAGS = {
    "ai", "application", "cloud", "database", "eda", "infrastructure", "linux", "monitoring", "networking", "security", "storage", "tools", "windows",  # noqa: E501 - data in the form of its origin
}  # fmt: skip


def load(*parts: str) -> t.Any:
    return yaml.safe_load((ROOT.joinpath(*parts)).read_text(encoding="utf-8"))


def text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def requirement_lines(*parts: str) -> list[str]:
    return [line for line in text(*parts).splitlines() if line.strip() and not line.startswith("#")]


def options() -> dict[str, dict[str, t.Any]]:
    """The variables that any entry point of the role takes."""
    specs = load("roles", "project", "meta", "argument_specs.yml")["argument_specs"]
    return {name: option for spec in specs.values() for name, option in spec.get("options", {}).items()}


def test_the_action_group_lists_every_module() -> None:
    group = load("meta", "runtime.yml")["action_groups"]["aws"]
    assert [entry for entry in group if isinstance(entry, str)] == sorted(
        path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")
    )


def test_the_action_group_extends_that_of_amazon_aws() -> None:
    group = load("meta", "runtime.yml")["action_groups"]["aws"]
    assert [entry["metadata"]["extend_group"] for entry in group if isinstance(entry, dict)] == [["amazon.aws.aws"]]


def test_the_collection_depends_on_amazon_aws_alone() -> None:
    assert list(load("galaxy.yml")["dependencies"]) == ["amazon.aws"]


def test_galaxy_accepts_the_tags() -> None:
    tags = load("galaxy.yml")["tags"]
    assert len(tags) <= 20
    assert set(tags) & GALAXY_TAGS
    assert [tag for tag in tags if not re.fullmatch(r"[a-z0-9]+", tag)] == []


def test_requirements_have_floors_only_and_no_ansible() -> None:
    lines = requirement_lines("requirements.txt")
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+>=[0-9.]+", line)] == []
    assert [line for line in lines if line.startswith("ansible")] == []


def test_the_execution_environment_uses_the_same_files() -> None:
    expected = {"python": "requirements.txt", "system": "bindep.txt"}
    assert load("meta", "execution-environment.yml")["dependencies"] == expected
    full = load("execution-environment.yml")["dependencies"]
    assert {key: full[key] for key in expected} == expected
    versions = {entry["name"]: entry["version"] for entry in full["galaxy"]["collections"]}
    floor = load("galaxy.yml")["dependencies"]["amazon.aws"].removeprefix(">=")
    assert [int(part) for part in versions["amazon.aws"].split(".")] >= [int(part) for part in floor.split(".")]


def test_the_readme_states_the_requirements_as_they_are() -> None:
    readme = text("README.md")
    assert f"ansible-core {load('meta', 'runtime.yml')['requires_ansible'].removesuffix('.0')}" in readme
    assert f"Python {load('tests', 'config.yml')['modules']['python_requires']}" in readme
    assert f"amazon.aws {load('galaxy.yml')['dependencies']['amazon.aws']}" in readme


def test_the_documentation_of_plugins_states_the_requirements_as_they_are() -> None:
    floors = dict(line.split(">=") for line in requirement_lines("requirements.txt"))
    floors["python"] = load("tests", "config.yml")["modules"]["python_requires"].removeprefix(">=")
    sources = [
        path for kind in ("doc_fragments", "modules", "inventory") for path in (ROOT / "plugins" / kind).glob("*.py")
    ]
    stated = [
        (path.stem, *found)
        for path in sources
        for found in re.findall(r"^  - ([a-z0-9-]+) >= ([0-9.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert [(name, library, floor) for name, library, floor in stated if floors.get(library) != floor] == []
    # These come with acme, and are used beside it.
    assert set(floors) - {library for _name, library, _floor in stated} == {"josepy", "urllib3"}


def test_the_readme_lists_every_plugin_and_playbook() -> None:
    readme = text("README.md")
    plugins = [
        path.stem for kind in ("modules", "inventory", "callback") for path in (ROOT / "plugins" / kind).glob("*.py")
    ]
    playbooks = [path.stem for path in (ROOT / "playbooks").glob("*.yml")]
    assert [
        name
        for name in [*plugins, *playbooks]
        if f"`{name}`" not in readme and f"certops.cloudfront.{name}" not in readme
    ] == []


def test_the_page_of_modules_says_what_each_promises() -> None:
    promised = re.findall(r"^\| `(\w+)` \| .+ \|$", text("docs", "modules.md"), flags=re.MULTILINE)
    assert sorted(promised) == sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


# What ansible-core itself brings is there wherever documentation is read.
FRAGMENTS_OF_ANSIBLE_CORE = {"constructed", "default_callback", "inventory_cache"}


def test_no_plugin_takes_documentation_from_another_collection() -> None:
    foreign = [
        (path.stem, fragment)
        for kind in ("modules", "inventory", "lookup", "callback")
        for path in sorted((ROOT / "plugins" / kind).glob("*.py"))
        for block in re.findall(
            r"^extends_documentation_fragment:\n((?: *- .*\n)+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        for fragment in re.findall(r"- (\S+)", block)
        if not fragment.startswith("certops.cloudfront.") and fragment not in FRAGMENTS_OF_ANSIBLE_CORE
    ]
    assert foreign == [], "use certops.cloudfront.aws: Galaxy reads the artefact alone"


@pytest.mark.parametrize(
    "path",
    [path for kind in ("modules", "inventory", "callback") for path in (ROOT / "plugins" / kind).glob("*.py")],
    ids=lambda path: path.stem,
)
def test_the_documentation_of_every_plugin_is_yaml(path: Path) -> None:
    blocks = re.findall(
        r'^(?:DOCUMENTATION|EXAMPLES|RETURN) = r"""(.*?)"""$',
        path.read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    assert [list(yaml.safe_load_all(block)) for block in blocks]


def test_the_page_on_playbooks_has_every_playbook_and_every_variable_of_a_run() -> None:
    page = text("docs", "playbooks.md")
    rows = set(re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page, flags=re.MULTILINE))
    names = {name for row in rows for name in re.findall(r"\w+", row)}
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "playbooks").rglob("*.yml")]
    taken = {name for source in sources for name in re.findall(r"(?<![.\w])([a-z]\w*) \| default\(", source)}
    variables = {name for name in taken if not name.startswith(("ansible_", "certops_", "project"))}
    assert variables
    assert sorted((playbooks | variables) - names) == []


def test_the_tables_of_variables_and_codes_are_those_of_the_code() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/variables.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_role_defaults_are_those_of_the_argument_specs() -> None:
    defaults = load("roles", "project", "defaults", "main.yml") or {}
    specs = options()
    assert sorted(set(defaults) - set(specs)) == []
    computed = {name for name, value in defaults.items() if isinstance(value, str) and "{{" in value}
    assert {
        name: value
        for name, value in defaults.items()
        if name not in computed and specs[name].get("default", value) != value
    } == {}


def test_the_role_repeats_the_defaults_of_a_definition() -> None:
    defaults = load("roles", "project", "defaults", "main.yml")
    stored = definition.with_defaults("{{ project_name }}", {})
    said = {
        key: defaults[f"project_{key}"]
        for key in stored
        if f"project_{key}" in defaults and "{{" not in str(defaults[f"project_{key}"])
    }
    assert {key: value for key, value in said.items() if value not in (stored[key], stored[key] or "")} == {}


def test_the_role_gives_every_key_of_a_definition() -> None:
    assert set(load("roles", "project", "vars", "main.yml")["__project_wanted"]) == set(fields.KEYS)


def test_the_role_repeats_the_reasons_of_a_revocation() -> None:
    assert options()["project_revoke_reason"]["choices"] == list(revocation.REASONS)


def test_every_variable_of_the_role_has_a_default_or_stands_commented_out() -> None:
    source = text("roles", "project", "defaults", "main.yml")
    assert [
        name
        for name, option in options().items()
        if not option.get("required") and not re.search(rf"^(# ?)?{name}:", source, flags=re.MULTILINE)
    ] == []


ACTION = re.compile(
    r"\b(?:acm|apigateway|cloudformation|cloudfront|dynamodb|elasticloadbalancing|events|iam|kms|lambda|route53|s3|sns"
    r"|ssm|sts|tag):[A-Z][A-Za-z]+\b"
)


# AWS: "No permissions are required to perform this operation."
NEEDS_NO_PERMISSION = {"sts:GetCallerIdentity"}


def needed_actions() -> dict[str, set[str]]:
    """What the documentation of each module says that it needs."""
    return {
        path.stem: set(ACTION.findall(path.read_text(encoding="utf-8"))) - NEEDS_NO_PERMISSION
        for path in (ROOT / "plugins" / "modules").glob("*.py")
    }


def granted_actions() -> dict[str, set[str]]:
    """What each policy allows."""
    policies = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "docs" / "iam").glob("*.json")
    }
    entries = {name: [statement["Action"] for statement in policy["Statement"]] for name, policy in policies.items()}
    return {
        name: {action for entry in found for action in ([entry] if isinstance(entry, str) else entry)}
        for name, found in entries.items()
    }


def permission_rows() -> dict[str, tuple[list[str], set[str]]]:
    """Module to its policies and actions, as the page on permissions shows them."""
    rows = re.findall(r"^\| `(\w+)` \| ([\w, -]+) \| (.*) \|$", text("docs", "iam", "README.md"), flags=re.MULTILINE)
    return {
        module: ([] if policies == "none" else policies.split(", "), set(ACTION.findall(actions)))
        for module, policies, actions in rows
    }


def test_the_page_on_permissions_says_what_the_modules_say() -> None:
    assert {module: actions for module, (_policies, actions) in permission_rows().items()} == needed_actions()


def test_the_policies_of_a_module_allow_all_that_it_needs() -> None:
    granted = granted_actions()
    lacking = {
        module: actions - set().union(*(granted[name] for name in policies))
        for module, (policies, actions) in permission_rows().items()
    }
    assert {module: actions for module, actions in lacking.items() if actions} == {}


def test_a_policy_allows_nothing_but_what_its_modules_need() -> None:
    needed: dict[str, set[str]] = {}
    for policies, actions in permission_rows().values():
        for name in policies:
            needed.setdefault(name, set()).update(actions)
    excess = {name: actions - needed.get(name, set()) for name, actions in granted_actions().items()}
    assert {name: actions for name, actions in excess.items() if actions} == {}


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "iam").glob("*.json")), ids=lambda path: path.stem)
def test_a_policy_fits_every_partition_and_account(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"arn:(?!\$\{Partition\}:)", source) == []
    assert re.findall(r"\d{12}", source) == []
    assert set(re.findall(r"\$\{(\w+)\}", source)) <= {"Partition", "Account"}
    assert len(json.dumps(json.loads(source))) < 6144, "too long for a managed policy"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "iam").glob("*.json")), ids=lambda path: path.stem)
def test_a_policy_writes_only_to_what_is_ours(path: Path) -> None:
    writes = re.compile(
        r":(Add|Change|Create|Delete|Export|Generate|Import|Modify|PATCH|Publish|Put|Remove|Request|Set|Subscribe|Tag|Unsubscribe|Update|Upload)"
    )
    statements = [
        item
        for item in json.loads(path.read_text(encoding="utf-8"))["Statement"]
        if writes.search(json.dumps(item["Action"]))
    ]
    iam, sns, tables, keys = ":server-certificate/cloudfront/certops/*", ":certops-*", ":table/certops*", ":key/*"
    buckets = (":::certops*", ":::certops*/store/*", ":::certops*/archive/*", ":::certops*/report/*")
    cloudfront = (":distribution/*", ":distribution-tenant/*")
    places = (":listener/*", ":loadbalancer/*", "::/domainnames/*")
    scopes = (iam, sns, tables, keys, ":parameter/certops/*", *buckets, ":hostedzone/*", *cloudfront, *places)
    # it belongs to an account of AWS, whose number nobody knows
    hidden = {"ChangeDistributionsOfApiGateway"}
    # what is adopted is not ours yet
    adopted = {"MoveServerCertificates", "StopTheSslPluginAndStartItAgain"}
    # a certificate of ACM has no name of ours: its tag tells
    tagged = re.compile(r'"aws:(Request|Resource)Tag/managed-by": "certops\.cloudfront"')
    assert [
        item["Sid"]
        for item in statements
        if item["Sid"] not in hidden | adopted
        and not item["Resource"].endswith(scopes)
        and not tagged.search(json.dumps(item.get("Condition")))
    ] == []


def test_the_changelog_knows_the_version() -> None:
    version = load("galaxy.yml")["version"]
    assert version in load("changelogs", "changelog.yaml")["releases"] or list(
        (ROOT / "changelogs" / "fragments").glob("*.yml")
    )


def test_the_code_knows_its_release() -> None:
    assert load("galaxy.yml")["version"] == release.VERSION


def test_the_supply_chain_is_pinned() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    uses = re.findall(r"uses: (\S+)", workflow)
    assert uses
    assert [action for action in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []
    assert workflow.count("actions/checkout@") == workflow.count("persist-credentials: false")
    for name in ("execution-environment.yml", "decision-environment.yml"):
        environment = load(name)
        assert re.search(r":v?\d+(\.\d+)+(-\d+)?$", environment["images"]["base_image"]["name"])
        collections = {one["name"]: one["version"] for one in environment["dependencies"]["galaxy"]["collections"]}
        assert collections["certops.cloudfront"] == load("galaxy.yml")["version"]
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in collections.values())


def test_the_decision_environment_has_what_the_rulebooks_need() -> None:
    found = load("decision-environment.yml")["dependencies"]
    collections = {one["name"]: one["version"] for one in found["galaxy"]["collections"]}
    assert [int(part) for part in collections["amazon.aws"].split(".")] >= [11, 1]
    assert any(line.startswith("aiobotocore") for line in found["python"])


def test_the_workflow_has_the_rows_of_the_matrix() -> None:
    matrix = (ROOT / "scripts/matrix.py").read_text(encoding="utf-8")
    controllers = re.findall(r'"(2\.\d+)": \(([^)]*)\)', matrix)
    rows = {(core, python) for core, pythons in controllers for python in re.findall(r'"([\d.]+)"', pythons)}
    modules = re.search(r'MODULES = \("([\d.]+)", "([\d.]+)"\)', matrix)
    assert modules
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert set(re.findall(r'\{core: "([\d.]+)", python: "([\d.]+)"\}', workflow)) == rows | {modules.groups()}


@pytest.mark.parametrize("path", sorted((ROOT / "docs/iam").glob("*.json")), ids=lambda path: path.stem)
def test_a_policy_is_for_what_it_names_only(path: Path) -> None:
    """A condition for all values holds where there are none, and the name of a bucket says nothing of whose it is."""
    for statement in json.loads(path.read_text(encoding="utf-8"))["Statement"]:
        conditions = statement.get("Condition", {})
        keys = {key for name, tests in conditions.items() if name.startswith("ForAllValues:") for key in tests}
        assert keys <= {key for key, absent in conditions.get("Null", {}).items() if absent == "false"}
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if any(action.startswith("s3:") for action in actions):
            assert conditions["StringEquals"]["aws:ResourceAccount"] == "${Account}"
