# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM accepts of a server certificate: names, paths, tags, sizes, key types."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from ..certificate.certificate import CLOUDFRONT_KEY_TYPES
from ..values.ownership import CLOUDFRONT_PATH
from ..values.texts import plain, quoted

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html
MAX_NAME_LENGTH = 128
MAX_PATH_LENGTH = 512
MAX_BODY_LENGTH = 16_384
MAX_KEY_LENGTH = 16_384
MAX_CHAIN_LENGTH = 2_097_152
MAX_TAGS = 50
MAX_TAG_KEY_LENGTH = 128
MAX_TAG_VALUE_LENGTH = 256
_TAG_PUNCTUATION = "_.:/=+-@"
# Of the characters that are wrong.
_SHOWN = 10
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
MAX_CHAIN_CERTIFICATES = 5
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
        problems.append(f"{option}: {quoted(text)} is not allowed in IAM; use letters, digits and +=,.@-_")
    if len(text) > limit:
        problems.append(f"{option}: {len(text)} characters; at most {limit} are allowed")
    return problems


def path_problems(path: str) -> list[str]:
    """Why IAM would refuse the path."""
    problems = []
    if not _PATH.fullmatch(path):
        problems.append(
            f"path: {quoted(path)} is not allowed in IAM; it starts and ends with / and contains printable ASCII"
            " without spaces"
        )
    if len(path) > MAX_PATH_LENGTH:
        problems.append(f"path: {len(path)} characters; at most {MAX_PATH_LENGTH} are allowed")
    return problems


def tag_problems(tags: t.Mapping[str, t.Any], option: str = "tags", most: int = MAX_TAGS) -> list[str]:
    """Why IAM would refuse the tags. It does not tell keys apart by case."""
    problems = [f"{option}: {len(tags)} tags; at most {most} are allowed"] if len(tags) > most else []
    seen: dict[str, str] = {}
    for key, value in ((plain(key), value) for key, value in tags.items()):
        problems += [f"{option}: {problem}" for problem in _tag_problems(key, value)]
        if seen.setdefault(key.lower(), key) != key:
            problems.append(
                f"{option}: {quoted(seen[key.lower()])} and {quoted(key)} are one key to AWS; keep one of them"
            )
    return problems


def _tag_problems(key: str, value: t.Any) -> list[str]:
    if value is None:
        return [f"{quoted(key)} has no value (null); use a text, which may be empty, or remove the tag"]
    text, problems = plain(value), []
    if not 1 <= len(key) <= MAX_TAG_KEY_LENGTH or key.lower().startswith("aws:"):
        problems.append(
            f"the key {quoted(key)} is not allowed; it has 1 to {MAX_TAG_KEY_LENGTH} characters and does not start with"
            " aws:"
        )
    if len(text) > MAX_TAG_VALUE_LENGTH:
        problems.append(
            f"the value of {quoted(key)} has {len(text)} characters; at most {MAX_TAG_VALUE_LENGTH} are allowed"
        )
    wrong = "".join(dict.fromkeys(one for one in key + text if not _is_tag_character(one)))
    if wrong:
        problems.append(
            f"the key {quoted(key)} or its value has {quoted(wrong[:_SHOWN])}; letters, digits, spaces and _.:/=+-@"
            " are allowed"
        )
    return problems


def _is_tag_character(one: str) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html: letters, separators and numbers of any script,
    of which tabs and line ends are none. IAM takes separators of lines and paragraphs, which we do not: nobody sees
    them, and they forge lines."""
    category = unicodedata.category(one)
    return one in _TAG_PUNCTUATION or (category[0] in "LZN" and category not in ("Zl", "Zp"))


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


def chain_problems(certificates: int, path: str) -> list[str]:
    """Why CloudFront would refuse a chain of so many certificates, the leaf among them; nothing for a path that
    CloudFront cannot use anyway."""
    if not path.startswith(CLOUDFRONT_PATH) or certificates <= MAX_CHAIN_CERTIFICATES:
        return []
    return [
        (
            f"the certificate has a chain of {certificates} with itself, and CloudFront accepts at most"
            f" {MAX_CHAIN_CERTIFICATES}; leave out the root, or choose another chain of the CA"
            " (project_acme_preferred_chain)"
        )
    ]


def key_type_problems(key_type: str, path: str) -> list[str]:
    """Why CloudFront would refuse the certificate's key; nothing for a path that CloudFront cannot use anyway."""
    if not path.startswith(CLOUDFRONT_PATH) or key_type in CLOUDFRONT_KEY_TYPES:
        return []
    return [
        f"CloudFront does not accept a key of type {key_type}; it accepts {', '.join(sorted(CLOUDFRONT_KEY_TYPES))}"
    ]
