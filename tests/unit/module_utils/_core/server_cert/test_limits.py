# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM takes."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert import limits

PATH = "/cloudfront/certops/webapp/"


@pytest.mark.parametrize(
    ("problems", "found"),
    [
        pytest.param(limits.name_problems("a b", None), "name: 'a b'", id="name with a blank"),
        pytest.param(limits.name_problems("é", None), "not allowed", id="name that is not ASCII"),
        pytest.param(limits.name_problems("x" * 129, None), "at most 128", id="name too long"),
        pytest.param(
            limits.name_problems(None, "x" * 113),
            "name_prefix: 113 characters; at most 112",
            id="prefix leaves no room for the time",
        ),
        pytest.param(limits.name_problems("", None), "name: ''", id="empty name"),
        pytest.param(limits.path_problems("cloudfront/"), "path: 'cloudfront/'", id="path without a first slash"),
        pytest.param(limits.path_problems("/cloudfront"), "path: '/cloudfront'", id="path without a last slash"),
        pytest.param(limits.path_problems("/" + "x" * 511 + "/"), "at most 512", id="path too long"),
        pytest.param(limits.tag_problems({str(number): "" for number in range(51)}), "at most 50", id="too many tags"),
        pytest.param(limits.tag_problems({"aws:x": ""}), "'aws:x'", id="reserved tag"),
        pytest.param(limits.tag_problems({"k": "v" * 257}), "257 characters", id="tag value too long"),
        pytest.param(limits.tag_problems({"k" * 129: ""}), "1 to 128 characters", id="tag key too long"),
        pytest.param(limits.tag_problems({"": ""}), "1 to 128 characters", id="tag without a key"),
        pytest.param(limits.tag_problems({"k": "a\nb"}), r"'\n'", id="a line end in a tag"),
        pytest.param(limits.tag_problems({"k": "a,b"}), "','", id="a comma in a tag"),
        pytest.param(limits.tag_problems({"K": "", "k": ""}), "one key to AWS", id="tags that differ by case"),
        pytest.param(limits.tag_problems({"k": None}), "no value", id="a tag without a value"),
        pytest.param(limits.chain_problems(6, "/cloudfront/x/"), "at most 5", id="a chain that is too long"),
        pytest.param(limits.size_problems("x" * 16_385, "", ""), "certificate has 16385", id="body too long"),
        pytest.param(limits.size_problems("", "", "x" * 16_385), "private key has 16385", id="key too long"),
        pytest.param(
            limits.key_type_problems("ecdsa_secp384r1", "/cloudfront/x/"),
            "does not accept",
            id="key type for CloudFront",
        ),
    ],
)
def test_what_iam_would_refuse(problems: list[str], found: str) -> None:
    assert found in " ".join(problems)


@pytest.mark.parametrize(
    "problems",
    [
        pytest.param(limits.name_problems("Az_0+=,.@-", None), id="every character allowed in a name"),
        pytest.param(limits.path_problems("/"), id="the root path"),
        pytest.param(limits.path_problems(PATH), id="a project's path"),
        pytest.param(
            limits.key_type_problems("ecdsa_secp384r1", "/elb/"), id="any key where CloudFront is not concerned"
        ),
        pytest.param(limits.tag_problems({"k": "v" * 256}), id="a long tag"),
        pytest.param(
            limits.tag_problems({"Größe 团队_.:/=+-@": "\u00a0½"}), id="letters, spaces, numbers of any script"
        ),
        pytest.param(limits.tag_problems({str(number): "" for number in range(50)}), id="fifty tags"),
        pytest.param(limits.chain_problems(5, "/cloudfront/x/"), id="the longest chain"),
        pytest.param(limits.chain_problems(6, "/"), id="a long chain that is not for CloudFront"),
    ],
)
def test_what_iam_takes(problems: list[str]) -> None:
    assert problems == []
