# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Surveys: what the API refuses of a specification, and of the answers at a launch, and which variables a job gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str, "textarea": str, "password": str, "multiplechoice": str, "multiselect": str, "integer": int,
    "float": float,
}  # fmt: skip
_CHOSEN = ("multiplechoice", "multiselect")


def problem(spec: Any) -> str | None:
    """The first reason why this cannot be a survey; None if it can. Lines of choices and defaults are tidied in it."""
    wanted = (("name", str, "string"), ("description", str, "string"), ("spec", list, "list of items"))
    found = [f"Field '{name}' is missing from survey spec." for name, _kind, _label in wanted if name not in spec]
    found += [
        f"Expected {label} for field '{name}'"
        for name, kind, label in wanted
        if not isinstance(spec.get(name, kind()), kind)
    ]
    if not found and not spec["spec"]:
        found.append("'spec' doesn't contain any items.")
    seen: set[str] = set()
    for number, question in enumerate([] if found else spec["spec"]):
        is_mapping = isinstance(question, dict)
        one = _question_problem(number, question) if is_mapping else f"Survey question {number} is not a json object."
        if one is None and question["variable"] in seen:
            one = f"'variable' '{question['variable']}' duplicated in survey question {number}."
        if one is not None:
            return one
        seen.add(question["variable"])
    return found[0] if found else None


def _question_problem(number: int, question: Any) -> str | None:
    for name in ("type", "question_name", "variable", "required"):
        if name not in question:
            return f"'{name}' missing from survey question {number}"
        wanted = bool if name == "required" else str
        if not isinstance(question[name], wanted):
            return f"'{name}' in survey question {number} expected to be {'boolean' if wanted is bool else 'string'}."
    if question["type"] not in TYPES:
        return f"'{question['type']}' in survey question {number} is not one of {', '.join(TYPES)}."
    default = question.get("default", "")
    if default != "" and not isinstance(default, TYPES[question["type"]]):
        return f"Default value {default} in survey question {number} expected to be {question['type']}."
    if any(not isinstance(question.get(limit), int | None) for limit in ("min", "max")):
        return f"The min or max limit in survey question {number} expected to be integer."
    return _choice_problem(number, question) if question["type"] in _CHOSEN else _secret_problem(number, question)


def _choice_problem(number: int, question: dict[str, Any]) -> str | None:
    if "choices" not in question:
        return f"Survey question {number} of type {question['type']} must specify choices."
    if isinstance(question["choices"], str):
        question["choices"] = _tidy(question["choices"])
    if "default" in question:
        question["default"] = _tidy(question["default"])
        defaults = question["default"].splitlines()
        if question["type"] == "multiplechoice" and len(defaults) > 1:
            return "Multiple Choice (Single Select) can only have one default value."
        if any(item not in question["choices"] for item in defaults):
            return "Default choice must be answered from the choices listed."
    return None


def _secret_problem(number: int, question: Mapping[str, Any]) -> str | None:
    if str(question.get("default", "")).startswith("$encrypted$"):
        return f"$encrypted$ is a reserved keyword, may not be used for new default in position {number}."
    return None


def _tidy(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())


def answer_problems(question: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """Why the answer to this question is refused at a launch."""
    variable, kind = question["variable"], question["type"]
    if variable not in answers:
        return [f"'{variable}' value missing"] if question["required"] else []
    value = answers[variable]
    if kind in _CHOSEN:
        choices = question["choices"]
        choices = choices.splitlines() if isinstance(choices, str) else choices
        if kind == "multiselect" and not isinstance(value, list):
            return [f"'{variable}' value is expected to be a list."]
        chosen = value if kind == "multiselect" else [value]
        return [
            f"Value {one} for '{variable}' expected to be one of {choices}." for one in chosen if one not in choices
        ]
    wanted = {"integer": (int,), "float": (int, float)}.get(kind, (str,))
    if type(value) not in wanted:
        return [f"Value {value} for '{variable}' expected to be a {kind}."]
    size = len(value) if isinstance(value, str) else value
    found = []
    if question.get("min") not in ("", None) and size < question["min"]:
        found.append(f"'{variable}' value {value} is too small.")
    if question.get("max") not in ("", None) and size > question["max"]:
        found.append(f"'{variable}' value {value} is too large.")
    return found


def launched(
    template: Mapping[str, Any], survey: Mapping[str, Any], answers: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables of the job that these answers launch, and why they are refused."""
    questions = survey.get("spec", []) if template["survey_enabled"] else []
    own = json.loads(template["extra_vars"] or "{}")
    problems: dict[str, Any] = {}
    found = [one for question in questions for one in answer_problems(question, answers)]
    if found:
        problems["variables_needed_to_start"] = found
    asked = {question["variable"] for question in questions}
    foreign = [name for name, value in answers.items() if name not in asked and own.get(name) != value]
    if foreign and not template["ask_variables_on_launch"]:
        problems["extra_vars"] = [f"Variables {', '.join(foreign)} are not allowed on launch."]
    defaults = {
        question["variable"]: question["default"]
        for question in questions
        if "default" in question and not answer_problems(question, {question["variable"]: question["default"]})
    }
    return {**own, **defaults, **answers}, problems
