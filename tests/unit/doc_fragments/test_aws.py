# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our documentation of the connection options says what that of amazon.aws says, in other words."""

from __future__ import annotations

import re
import typing as t

import yaml
from ansible_collections.amazon.aws.plugins.doc_fragments import assume_role, common, region
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.certops.cloudfront.plugins.doc_fragments.aws import ModuleDocFragment

Facts = dict[str, dict[str, t.Any]]


def facts(*fragments: str) -> Facts:
    """The options without their words; a type that is not stated is a text."""
    options = {name: option for text in fragments for name, option in yaml.safe_load(text)["options"].items()}
    return {
        name: {"type": "str"} | {key: value for key, value in option.items() if key != "description"}
        for name, option in options.items()
    }


def test_the_options_of_modules_are_those_of_amazon_aws() -> None:
    theirs = facts(common.ModuleDocFragment.MODULES, region.ModuleDocFragment.MODULES)
    assert facts(ModuleDocFragment.DOCUMENTATION) == theirs


def test_the_options_of_plugins_are_those_of_amazon_aws() -> None:
    theirs = (common.ModuleDocFragment, region.ModuleDocFragment, assume_role.ModuleDocFragment)
    assert facts(ModuleDocFragment.PLUGINS) == facts(*(fragment.PLUGINS for fragment in theirs))


def test_the_environment_variables_of_modules_are_those_that_amazon_aws_reads() -> None:
    documented = {
        name: set(re.findall(r"E\((\w+)\)", str(option["description"])))
        for name, option in yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"].items()
    }
    read = {
        name: set(option["fallback"][1]) if "fallback" in option else set()
        for name, option in aws_argument_spec().items()
    }
    assert documented == read
