# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that is computed once for each object, without a lock."""

from __future__ import annotations

import typing as t

Value = t.TypeVar("Value")


class OnceProperty(t.Generic[Value]):
    """As functools.cached_property from Python 3.12 on. Before, that has one lock for all objects of a class, so that
    one slow service holds up the clients of all others.

    Two threads that ask at the same moment may both compute it; the last one's value stays.
    """

    def __init__(self, compute: t.Callable[[t.Any], Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, instance: t.Any, owner: type | None = None) -> Value:
        found = self._compute(instance)
        # from now on the attribute is found before this property
        instance.__dict__[self._name] = found
        return found
