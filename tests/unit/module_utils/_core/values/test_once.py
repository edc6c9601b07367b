# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that is computed once for each object."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.once import OnceProperty


class Client:
    def __init__(self, answer: t.Callable[[], str]) -> None:
        self.answer = answer

    @OnceProperty
    def directory(self) -> str:
        """What the server says."""
        return self.answer()


def test_it_is_computed_once_for_each_object() -> None:
    answers = iter(("a", "b"))
    one, other = Client(lambda: next(answers)), Client(lambda: next(answers))
    assert [one.directory, one.directory, other.directory, one.directory] == ["a", "a", "b", "a"]


def test_what_fails_is_computed_again() -> None:
    answers = iter((1, 0))
    client = Client(lambda: str(1 // (1 - next(answers))))
    with pytest.raises(ZeroDivisionError):
        assert client.directory
    assert client.directory == "1"


def test_one_slow_server_holds_up_no_client_of_another() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slowly() -> str:
        asked.set()
        assert may_answer.wait(60)
        return "at last"

    slow = Client(slowly)
    waiting = threading.Thread(target=lambda: slow.directory, daemon=True)
    waiting.start()
    assert asked.wait(60)
    assert Client(lambda: "at once").directory == "at once"
    may_answer.set()
    waiting.join(60)
    assert slow.directory == "at last"
