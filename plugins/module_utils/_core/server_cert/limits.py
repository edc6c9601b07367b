# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM accepts of a server certificate: names, paths, tags, sizes, key types."""

from __future__ import annotations

import re
import typing as t

from ..certificate.certificate import CLOUDFRONT_KEY_TYPES
from ..values.ownership import CLOUDFRONT_PATH

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html
MAX_NAME_LENGTH = 128
MAX_PATH_LENGTH = 512
MAX_BODY_LENGTH = 16_384
MAX_KEY_LENGTH = 16_384
MAX_CHAIN_LENGTH = 2_097_152
MAX_TAGS = 50
MAX_TAG_KEY_LENGTH = 128
MAX_TAG_VALUE_LENGTH = 256
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]+/")
_TIME_SUFFIX_LENGTH = len("-YYYY-MM-DD-HHMM")


def name_problems(name: str | None, name_prefix: str | None) -> list[str]:
    """Why IAM would refuse the name, or a name made of the prefix."""
    if name is not None:
        return text_problems("name", name)
    return text_problems("name_prefix", name_prefix or "", MAX_NAME_LENGTH - _TIME_SUFFIX_LENGTH)


def text_problems(option: str, text: str, limit: int = MAX_NAME_LENGTH) -> list[str]:
    """Why IAM would refuse this text in a name."""
    problems = []
    if not _NAME.fullmatch(text):
        problems.append(f"{option}: {text!r} is not allowed in IAM; use letters, digits and +=,.@-_")
    if len(text) > limit:
        problems.append(f"{option}: {len(text)} characters; at most {limit} are allowed")
    return problems


def path_problems(path: str) -> list[str]:
    """Why IAM would refuse the path."""
    problems = []
    if not _PATH.fullmatch(path):
        problems.append(
            f"path: {path!r} is not allowed in IAM; it starts and ends with / and contains printable ASCII"
            " without spaces"
        )
    if len(path) > MAX_PATH_LENGTH:
        problems.append(f"path: {len(path)} characters; at most {MAX_PATH_LENGTH} are allowed")
    return problems


def tag_problems(tags: t.Mapping[str, str]) -> list[str]:
    """Why IAM would refuse the tags."""
    problems = []
    if len(tags) > MAX_TAGS:
        problems.append(f"tags: {len(tags)} tags; at most {MAX_TAGS} are allowed")
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_TAG_KEY_LENGTH or key.lower().startswith("aws:"):
            problems.append(
                f"tags: the key {key!r} is not allowed; it has 1 to {MAX_TAG_KEY_LENGTH} characters and does not start"
                " with aws:"
            )
        if len(value) > MAX_TAG_VALUE_LENGTH:
            problems.append(
                f"tags: the value of {key!r} has {len(value)} characters; at most {MAX_TAG_VALUE_LENGTH} are allowed"
            )
    return problems


def size_problems(body: str, chain: str, key: str) -> list[str]:
    """Which of the three texts is longer than IAM takes."""
    limits = (
        ("certificate", body, MAX_BODY_LENGTH),
        ("chain", chain, MAX_CHAIN_LENGTH),
        ("private key", key, MAX_KEY_LENGTH),
    )
    return [
        f"the {what} has {len(text)} characters of PEM; IAM accepts at most {limit}"
        for what, text, limit in limits
        if len(text) > limit
    ]


def key_type_problems(key_type: str, path: str) -> list[str]:
    """Why CloudFront would refuse the certificate's key; nothing for a path that CloudFront cannot use anyway."""
    if not path.startswith(CLOUDFRONT_PATH) or key_type in CLOUDFRONT_KEY_TYPES:
        return []
    return [
        f"CloudFront does not accept a key of type {key_type}; it accepts {', '.join(sorted(CLOUDFRONT_KEY_TYPES))}"
    ]
