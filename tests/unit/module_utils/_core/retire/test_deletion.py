# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.retire import deletion
from ansible_collections.certops.cloudfront.plugins.module_utils._core.retire.deletion import Rules, Search
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
PATH = "/cloudfront/certops/webapp/"
OURS = {"managed-by": "certops.cloudfront"}


def stored(number: int, path: str = PATH) -> StoredCertificate:
    return StoredCertificate(f"webapp-{number}", path, f"ASCA{number}", upload_date=START + timedelta(days=number))


ALL = (stored(1), stored(2), stored(3))
TAGS = {one.name: OURS for one in ALL}
NOBODY = Search(())


def using(certificate: str, **more: object) -> Search:
    return deletion.search_of((Distribution("E1", viewer={"IAMCertificateId": certificate}, **more),), ALL)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("search", "rules", "tags", "deleted"),
    [
        pytest.param(NOBODY, Rules(PATH), TAGS, ["webapp-3", "webapp-2", "webapp-1"], id="all ours, all unused"),
        pytest.param(
            NOBODY, Rules(PATH, keep=frozenset({"webapp-3"})), TAGS, ["webapp-2", "webapp-1"], id="kept by name"
        ),
        pytest.param(NOBODY, Rules(PATH, keep=frozenset({"ASCA2"})), TAGS, ["webapp-3", "webapp-1"], id="kept by ID"),
        pytest.param(using("ASCA2"), Rules(PATH), TAGS, ["webapp-3", "webapp-1"], id="bound"),
        pytest.param(
            using("ASCA2", staging=True),
            Rules(PATH),
            TAGS,
            ["webapp-3", "webapp-1"],
            id="bound by a staging distribution",
        ),
        pytest.param(
            using("ASCA2", enabled=False),
            Rules(PATH),
            TAGS,
            ["webapp-3", "webapp-1"],
            id="bound by a disabled distribution",
        ),
        pytest.param(
            Search((Distribution("E1", viewer={"Certificate": "ASCA2"}),)),
            Rules(PATH),
            TAGS,
            ["webapp-3", "webapp-1"],
            id="bound by the deprecated element",
        ),
        pytest.param(using("ASCA3", status="InProgress"), Rules(PATH), TAGS, [], id="a rebind is not deployed yet"),
        pytest.param(
            using("ASCAFOREIGN", status="InProgress"),
            Rules(PATH),
            TAGS,
            ["webapp-3", "webapp-2", "webapp-1"],
            id="a foreign deployment",
        ),
        pytest.param(NOBODY, Rules(PATH), {**TAGS, "webapp-1": {}}, ["webapp-3", "webapp-2"], id="not ours by tag"),
        pytest.param(NOBODY, Rules("/cloudfront/certops/other/"), TAGS, [], id="not ours by path"),
        pytest.param(
            NOBODY,
            Rules(PATH),
            {
                **TAGS,
                "webapp-1": {**OURS, "certops:project": "shop"},
                "webapp-2": {**OURS, "certops:project": "webapp"},
            },
            ["webapp-3", "webapp-2"],
            id="the tag of another project",
        ),
        pytest.param(
            NOBODY,
            Rules(PATH, candidates=frozenset({"webapp-1", "ASCA2"})),
            TAGS,
            ["webapp-2", "webapp-1"],
            id="candidates only",
        ),
        pytest.param(NOBODY, Rules(PATH, candidates=frozenset()), TAGS, [], id="no candidates"),
        pytest.param(
            NOBODY,
            Rules(PATH, keep=frozenset({"webapp-3"}), keep_previous=1),
            TAGS,
            ["webapp-1"],
            id="the newest superseded is kept",
        ),
        pytest.param(NOBODY, Rules(PATH, keep_previous=9), TAGS, [], id="more to keep than there are"),
        pytest.param(Search(None, "denied"), Rules(PATH), TAGS, [], id="the search failed"),
    ],
)
def test_what_is_deleted(search: Search, rules: Rules, tags: dict[str, dict[str, str]], deleted: list[str]) -> None:
    verdicts = deletion.decide(ALL, search, rules, tags)
    assert [verdict.certificate.name for verdict in verdicts if verdict.delete] == deleted
    assert all(verdict.reason for verdict in verdicts)


def test_tags_are_needed_only_where_they_decide() -> None:
    assert deletion.tags_needed(ALL, using("ASCA2"), Rules(PATH, keep=frozenset({"webapp-3"}))) == ("webapp-1",)
    assert deletion.tags_needed(ALL, Search(None, "denied"), Rules(PATH)) == ()


def test_who_uses_a_kept_certificate_is_named() -> None:
    verdicts = {
        verdict.certificate.name: verdict for verdict in deletion.decide(ALL, using("ASCA2"), Rules(PATH), TAGS)
    }
    assert verdicts["webapp-2"].as_dict() == {
        "name": "webapp-2",
        "id": "ASCA2",
        "reason": "it is used by E1",
        "used_by": ["E1"],
    }


@pytest.mark.parametrize("path", ["/", "/cloudfront/", "/cloudfront/certops", "/other/certops/", ""])
def test_too_wide_a_path_is_refused(path: str) -> None:
    assert deletion.path_problems(path)
    assert deletion.path_problems(path, all_projects=True)


def test_the_path_of_all_projects_has_to_be_meant() -> None:
    assert "set all_projects" in deletion.path_problems("/cloudfront/certops/")[0]
    assert not deletion.path_problems("/cloudfront/certops/", all_projects=True)


def test_a_projects_path_is_fine() -> None:
    assert not deletion.path_problems(PATH)


def test_record_has_the_plugins_vocabulary() -> None:
    assert deletion.deleted_record({"a": None, "b": "DeleteConflict: in use"}) == {
        "a": "Successfully deleted IAM SSL Cert.",
        "b": "Delete_IAM_Cert_Error: DeleteConflict: in use",
    }


ID = "ASCA" + "A" * 17


@pytest.mark.parametrize(
    ("candidates", "keep", "keep_previous", "expected"),
    [
        pytest.param({"webapp-1"}, {ID}, 0, ("webapp-1",), id="one"),
        pytest.param({"webapp-2", "webapp-1"}, {ID, "webapp-3"}, 0, ("webapp-1", "webapp-2"), id="two"),
        pytest.param({"webapp-1", "webapp-2", "webapp-3"}, {ID}, 0, None, id="three are read by a listing"),
        pytest.param(set(), {ID}, 0, None, id="none"),
        pytest.param(None, {ID}, 0, None, id="all"),
        pytest.param({"webapp-1"}, {ID}, 1, None, id="the newest ones stay"),
        pytest.param({"webapp-1", ID}, {ID}, 0, None, id="named by ID"),
        pytest.param({"webapp-1"}, {"webapp-2"}, 0, None, id="nothing kept by ID"),
        pytest.param({"webapp-1"}, set(), 0, None, id="nothing kept"),
    ],
)
def test_few_names_are_read_one_by_one(
    candidates: set[str] | None, keep: set[str], keep_previous: int, expected: tuple[str, ...] | None
) -> None:
    named = None if candidates is None else frozenset(candidates)
    assert deletion.names_to_read(Rules(PATH, frozenset(keep), named, keep_previous)) == expected


def test_one_without_a_date_counts_as_the_oldest() -> None:
    undated = StoredCertificate("z", PATH, "ASCA9")
    old = StoredCertificate("a", PATH, "ASCA8", upload_date=datetime(1970, 1, 1, tzinfo=timezone.utc))
    assert deletion.meant((undated, old), Rules(PATH)) == (old, undated)
    assert deletion.meant((old, StoredCertificate("b", "/cloudfront/other/", "ASCA7")), Rules(PATH)) == (old,)


@pytest.mark.parametrize(
    ("projects", "all_projects", "deleted"),
    [
        pytest.param(("shop", "shop", None), False, ["webapp-3", "webapp-2", "webapp-1"], id="one project"),
        pytest.param(("shop", "blog", None), False, [], id="two projects"),
        pytest.param(("shop", "blog", None), True, ["webapp-3", "webapp-2", "webapp-1"], id="all are meant"),
    ],
)
def test_at_a_path_of_ones_own_one_project_is_cleaned_up_at_a_time(
    projects: tuple[str | None, ...], all_projects: bool, deleted: list[str]
) -> None:
    path = "/cloudfront/shared/"
    ours = [stored(number, path) for number in (1, 2, 3)]
    tags = {
        one.name: {**OURS, **({"certops:project": project} if project else {})} for one, project in zip(ours, projects)
    }
    verdicts = deletion.decide(ours, NOBODY, Rules(path, all_projects=all_projects), tags)
    assert [one.certificate.name for one in verdicts if one.delete] == deleted
    assert all("of several projects, 'blog', 'shop'" in one.reason for one in verdicts if not one.delete)
