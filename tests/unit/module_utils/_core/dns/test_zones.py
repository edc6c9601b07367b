# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zone of a name: the closest public one that DNS delegates to."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns import zones
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Facts, Zone

TOP, TWIN = Zone("Z1", "example.com", private=False), Zone("Z9", "example.com", private=False)
SUB, DEEP = Zone("Z2", "sub.example.com", private=False), Zone("Z3", "deep.sub.example.com", private=False)
HIDDEN = Zone("Z4", "sub.example.com", private=True)
OTHER = Zone("Z5", "notexample.com", private=False)
SERVERS = {zone.id: frozenset({f"ns.{zone.id.lower()}.example"}) for zone in (TOP, TWIN, SUB, DEEP)}
ELSEWHERE, NOBODY = frozenset({"ns.elsewhere.example"}), frozenset[str]()
NAME = "_acme-challenge.www.deep.sub.example.com"


@pytest.mark.parametrize(
    ("there", "delegated_to", "expected"),
    [
        pytest.param([TOP], {}, "Z1", id="one zone is not asked about"),
        pytest.param([OTHER, TOP], {}, "Z1", id="a suffix without a label border does not count"),
        pytest.param([TOP, HIDDEN], {}, "Z1", id="a private zone does not count"),
        pytest.param([TOP, SUB], {"sub.example.com": SERVERS["Z2"]}, "Z2", id="a zone below that is delegated to"),
        pytest.param(
            [TOP, SUB], {"sub.example.com": SERVERS["Z2"] | ELSEWHERE}, "Z2", id="one common server is enough"
        ),
        pytest.param([TOP, SUB], {"sub.example.com": NOBODY}, "Z1", id="a zone below that nothing delegates to"),
        pytest.param(
            [TOP, SUB, DEEP],
            {"sub.example.com": SERVERS["Z2"], "deep.sub.example.com": SERVERS["Z3"]},
            "Z3",
            id="the deepest of three",
        ),
        pytest.param(
            [TOP, SUB, DEEP],
            {"sub.example.com": SERVERS["Z2"], "deep.sub.example.com": NOBODY},
            "Z2",
            id="the middle one of three",
        ),
        pytest.param(
            [TOP, SUB, DEEP], {"sub.example.com": NOBODY, "deep.sub.example.com": NOBODY}, "Z1", id="the top of three"
        ),
        pytest.param(
            [TOP, TWIN],
            {"example.com": SERVERS["Z9"]},
            "Z9",
            id="the one of two with a name that the registrar points to",
        ),
        pytest.param(
            [TOP, TWIN],
            {"example.com": ELSEWHERE},
            "none of its hosted zones here (Z1, Z9) has these name servers",
            id="none of two with a name",
        ),
        pytest.param(
            [TOP, TWIN],
            {"example.com": NOBODY},
            "to none of its hosted zones (Z1, Z9)",
            id="a domain that is not registered",
        ),
        pytest.param([TOP, TWIN], {"example.com": None}, "set zone_id", id="two with a name, and nobody to ask"),
        pytest.param(
            [TOP, SUB],
            {"sub.example.com": ELSEWHERE},
            "delegates sub.example.com to ns.elsewhere.example",
            id="a zone below that somebody else has",
        ),
        pytest.param(
            [TOP, SUB], {"sub.example.com": None}, "DNS does not show which one", id="a zone below, and nobody to ask"
        ),
        pytest.param([OTHER], {}, "it has no public hosted zone in this account's Route 53", id="no zone"),
    ],
)
def test_the_zone_that_dns_delegates_to(
    there: list[Zone], delegated_to: dict[str, frozenset[str] | None], expected: str
) -> None:
    found = zones.choose(zones.levels(NAME, there), Facts(delegated_to, SERVERS))
    assert expected in (found if isinstance(found, str) else found.id)


def test_a_resolver_that_answers_from_a_private_zone_is_named_with_the_way_out() -> None:
    facts = Facts({"example.com": None}, SERVERS, hidden={"example.com"})
    found = zones.choose(zones.levels(NAME, [TOP, TWIN]), facts)
    assert isinstance(found, str)
    assert "(Z1, Z9)" in found
    assert "set dns_server" in found
    assert "zone_id" in found


@pytest.mark.parametrize(
    ("servers", "is_private"),
    [
        (sorted(zones.PRIVATE_SERVERS), True),
        (["ns-0.awsdns-00.com"], True),
        (["ns-0.awsdns-00.com", "ns-1.awsdns-01.com"], False),
        ([], False),
        (None, False),
    ],
)
def test_private_zones_are_told_by_their_name_servers(servers: list[str] | None, is_private: bool) -> None:
    assert zones.is_private_view(servers) == is_private


@pytest.mark.parametrize(
    ("there", "names"),
    [
        pytest.param([TOP], [], id="one zone"),
        pytest.param([TOP, TWIN], ["example.com"], id="two with one name"),
        pytest.param([TOP, SUB, DEEP], ["deep.sub.example.com", "sub.example.com"], id="zones below others"),
        pytest.param([TOP, TWIN, SUB], ["sub.example.com", "example.com"], id="both"),
        pytest.param([TOP, HIDDEN], [], id="a private one"),
        pytest.param([], [], id="none"),
    ],
)
def test_only_zones_in_doubt_are_asked_about(there: list[Zone], names: list[str]) -> None:
    assert [level[0].name for level in zones.in_doubt(zones.levels(NAME, there))] == names


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(None, {}, id="nothing"),
        pytest.param("Z0123", {"": "Z0123"}, id="one for all"),
        pytest.param(
            {"Bücher.example": "Z1", "*.sub.example.com": "Z2"},
            {"xn--bcher-kva.example": "Z1", "sub.example.com": "Z2"},
            id="by name",
        ),
    ],
)
def test_overrides(given: object, expected: dict[str, str]) -> None:
    assert zones.override_problems(given) == []
    assert zones.overrides(given) == expected


@pytest.mark.parametrize(
    ("given", "count"),
    [
        pytest.param("example.com", 1, id="a name instead of an ID"),
        pytest.param(["Z1"], 1, id="a list"),
        pytest.param({"exa mple": "z1"}, 2, id="neither a name nor an ID"),
    ],
)
def test_overrides_that_cannot_be_used(given: object, count: int) -> None:
    problems = zones.override_problems(given)
    assert len(problems) == count
    assert all(problem.startswith("zone_id: ") for problem in problems)


@pytest.mark.parametrize(
    ("zone_id", "why"),
    [
        pytest.param("Z1", None, id="fits"),
        pytest.param("Z4", "is private", id="private"),
        pytest.param("Z5", "does not contain", id="another domain"),
        pytest.param("Z7", "the account has no hosted zone Z7", id="unknown"),
    ],
)
def test_an_override_has_to_contain_the_name_publicly(zone_id: str, why: str | None) -> None:
    problem = zones.override_problem(zone_id, NAME, [TOP, HIDDEN, OTHER])
    assert (problem is None) if why is None else (why in (problem or ""))


@pytest.mark.parametrize(
    ("given", "count"),
    [
        pytest.param(["acme.example.net", "Z0123"], 0, id="a name and an ID"),
        pytest.param(["acme.example.net", "acme.example.net"], 1, id="twice"),
        pytest.param(["not a zone", ""], 2, id="neither a name nor an ID"),
    ],
)
def test_entries_of_dns_delegations(given: list[str], count: int) -> None:
    assert len(zones.delegation_problems([{"zone": zone} for zone in given])) == count


def test_a_private_zone_is_a_twin_only_of_a_public_one() -> None:
    lonely = Zone("Z6", "inside.example.net", private=True)
    assert zones.private_twins((HIDDEN, lonely)) == []
    assert zones.private_twins((TOP, HIDDEN, lonely)) == ["sub.example.com"]
    assert zones.private_twins((SUB, Zone("Z7", "example.com", private=True))) == ["example.com"]
