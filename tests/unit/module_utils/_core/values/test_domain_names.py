# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Domain names: what may stand in a certificate, what a name covers, which zone is closest."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import domain_names
from unit.growth import assert_linear

LONG_LABEL = "a" * 64
LONG_NAME = ".".join(["a" * 60] * 5)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(["example.com"], ("example.com",), id="one name"),
        pytest.param(["Example.COM"], ("example.com",), id="lower case"),
        pytest.param(["b.example.com", "a.example.com"], ("b.example.com", "a.example.com"), id="the order stays"),
        pytest.param(["example.com, *.example.com"], ("example.com", "*.example.com"), id="comma text in a list"),
        pytest.param(["a.example.com\r\nb.example.com\n"], ("a.example.com", "b.example.com"), id="a name a line"),
        pytest.param([" example.com ", ""], ("example.com",), id="blanks and empty items do not count"),
        pytest.param(["bücher.example"], ("xn--bcher-kva.example",), id="international name"),
        pytest.param(["*.BÜCHER.example"], ("*.xn--bcher-kva.example",), id="international wildcard"),
        pytest.param(["straße.example"], ("xn--strae-oqa.example",), id="sharp s as IDNA 2008 has it"),
        pytest.param(["例子.测试"], ("xn--fsqu00a.xn--0zwm56d",), id="Chinese name"),
        pytest.param(["xn--bcher-kva.example"], ("xn--bcher-kva.example",), id="A-labels stay"),
        pytest.param(["a" * 63 + ".example"], ("a" * 63 + ".example",), id="longest label"),
        pytest.param(
            ["1.example.com", "a-b.example.com"], ("1.example.com", "a-b.example.com"), id="digits and hyphens"
        ),
    ],
)
def test_good_names_are_normalised(given: list[str], expected: tuple[str, ...]) -> None:
    assert domain_names.problems(given) == []
    assert domain_names.normalise(given) == expected


@pytest.mark.parametrize(
    ("given", "word"),
    [
        pytest.param([], "domains: empty", id="none"),
        pytest.param([" , "], "domains: empty", id="only blanks and commas"),
        pytest.param(["example.com", "EXAMPLE.com"], "duplicate", id="same name in other case"),
        pytest.param(
            ["bücher.example", "xn--bcher-kva.example"], "duplicate", id="same name as letters and as A-labels"
        ),
        pytest.param(["localhost"], "one label", id="one label"),
        pytest.param(["*.com."], "dot", id="final dot"),
        pytest.param(["a..example.com"], "empty label", id="empty label"),
        pytest.param([".example.com"], "empty label", id="leading dot"),
        pytest.param(["*"], "wildcard", id="only a star"),
        pytest.param(["*.com"], "one label", id="wildcard of a top-level domain"),
        pytest.param(["a.*.example.com"], "wildcard", id="star in the middle"),
        pytest.param(["*a.example.com"], "wildcard", id="star as part of a label"),
        pytest.param(["*.*.example.com"], "wildcard", id="two stars"),
        pytest.param(["-a.example.com"], "hyphens", id="hyphen first"),
        pytest.param(["a-.example.com"], "hyphens", id="hyphen last"),
        pytest.param(["a_b.example.com"], "hyphens", id="underscore"),
        pytest.param(["a b.example.com"], "hyphens", id="blank inside"),
        pytest.param(["https://example.com"], "hyphens", id="a URL"),
        pytest.param([f"{LONG_LABEL}.example"], "64 characters", id="label too long"),
        pytest.param([LONG_NAME], "at most 253", id="name too long"),
        pytest.param(["192.0.2.1"], "IP address", id="IPv4"),
        pytest.param(["2001:db8::1"], "IP address", id="IPv6"),
        pytest.param(["a.example.123"], "digits only", id="numeric top level"),
        pytest.param(["\u2603\ufe0f\u200d.example"], "international", id="letters that IDNA forbids"),
        pytest.param([f"h{number}.example.com" for number in range(101)], "at most 100", id="101 names"),
    ],
)
def test_bad_names_are_refused_with_the_reason(given: list[str], word: str) -> None:
    assert any(word in problem for problem in domain_names.problems(given)), domain_names.problems(given)
    with pytest.raises(ValueError, match="domains"):
        domain_names.normalise(given)


def test_all_problems_are_told_at_once() -> None:
    assert len(domain_names.problems(["192.0.2.1", "localhost", "a..b", "example.com", "example.com"])) == 4


def test_a_hundred_names_fit() -> None:
    assert domain_names.problems([f"h{number}.example.com" for number in range(100)]) == []


@pytest.mark.parametrize(
    ("san", "alias", "covered"),
    [
        pytest.param("example.com", "example.com", True, id="same"),
        pytest.param("Example.com", "eXample.com", True, id="case does not matter"),
        pytest.param("*.example.com", "www.example.com", True, id="one level below"),
        pytest.param("*.example.com", "a.b.example.com", False, id="two levels below"),
        pytest.param("*.example.com", "example.com", False, id="the wildcard's own domain"),
        pytest.param("*.example.com", "*.example.com", True, id="wildcard alias by the same wildcard"),
        pytest.param("www.example.com", "*.example.com", False, id="wildcard alias by a single name"),
        pytest.param("*.b.example.com", "*.example.com", False, id="wildcard alias by a lower wildcard"),
        pytest.param("*.example.com", "*.b.example.com", False, id="lower wildcard alias by a higher wildcard"),
        pytest.param("*.example.com", "wwwexample.com", False, id="suffix without a label border"),
        pytest.param("*.example.com", ".example.com", False, id="empty label"),
    ],
)
def test_coverage_is_what_cloudfront_asks_for(san: str, alias: str, covered: bool) -> None:
    assert domain_names.covers(san, alias) is covered


def test_uncovered_aliases_are_named() -> None:
    assert domain_names.uncovered(
        ["example.com", "*.example.com"], ["example.com", "a.example.com", "a.b.example.com", "example.org"]
    ) == (
        "a.b.example.com",
        "example.org",
    )


@pytest.mark.parametrize(
    ("name", "zones", "zone"),
    [
        pytest.param("www.example.com", ["example.com"], "example.com", id="parent"),
        pytest.param("example.com", ["example.com"], "example.com", id="itself"),
        pytest.param(
            "a.sub.example.com", ["example.com", "sub.example.com"], "sub.example.com", id="delegated subzone"
        ),
        pytest.param(
            "a.sub.example.com", ["sub.example.com.", "example.com."], "sub.example.com.", id="zones with the final dot"
        ),
        pytest.param("*.example.com", ["example.com"], "example.com", id="wildcard"),
        pytest.param("notexample.com", ["example.com"], None, id="suffix without a label border"),
        pytest.param("example.com", ["www.example.com"], None, id="only a zone below"),
        pytest.param("example.com", [], None, id="no zones"),
        pytest.param("WWW.Example.com", ["EXAMPLE.com"], "EXAMPLE.com", id="case does not matter"),
    ],
)
def test_the_longest_suffix_is_the_zone(name: str, zones: list[str], zone: str | None) -> None:
    assert domain_names.longest_zone(name, zones) == zone


@pytest.mark.parametrize("unit", ["a.", ".", "a"])
def test_the_zone_of_a_name_is_found_in_linear_time(unit: str) -> None:
    assert_linear(
        lambda size: unit * (size // len(unit)), lambda name: domain_names.longest_zone(name, ["example.com"])
    )
