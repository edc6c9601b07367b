# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of this collection; a module's edge catches CertError only, anything else is a bug and keeps its
traceback."""

from __future__ import annotations

import sys
import typing as t


class CertError(Exception):
    """What failed, on what, why, and what to do next, in one message.

    ``details`` is returned to the user beside the message: plain JSON values, never key material.
    """

    kind = "error"

    def __init__(self, message: str, **details: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, t.Any] = details


class ConfigError(CertError):
    """The input cannot be used; nothing was called. ``problems`` lists every reason at once."""

    kind = "config"

    def __init__(self, problems: t.Sequence[str], **details: t.Any) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems), problems=list(self.problems), **details)


class RefusedError(CertError):
    """A safety rule forbids the change, for example deleting a certificate that is in use."""

    kind = "refused"


class RemoteError(CertError):
    """A service answered with an error, or did not answer.

    ``service`` and ``operation`` are the API's own names, ``code`` is the service's error code
    (an ACME problem type without its URN prefix), ``retry_after`` is in seconds. ``said`` is what it said in full, to
    be decided by and not to be shown: the message has the beginning.
    """

    kind = "remote"

    def __init__(  # noqa: PLR0913 - these are the fields of a service's error answer
        self,
        message: str,
        *,
        service: str,
        operation: str,
        code: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
        said: str = "",
        **details: t.Any,
    ) -> None:
        super().__init__(
            message,
            service=service,
            operation=operation,
            code=code,
            request_id=request_id,
            retry_after=retry_after,
            **details,
        )
        self.service = service
        self.operation = operation
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.said = said or message


class DeadlineError(CertError):
    """A bounded wait ran out; what was waited for may still happen, and the next run resumes from there."""

    kind = "deadline"


class ConflictError(CertError):
    """Another process wrote the document after it was read; read it again and decide again."""

    kind = "conflict"


# What was found wrong and worked around, where no result is at hand to carry a warning.
_NOTED: list[str] = []


def note(text: str) -> None:
    """Have the module warn of this, once, beside what it returns."""
    if text not in _NOTED:
        _NOTED.append(text)


def taken_notes() -> tuple[str, ...]:
    """What was noted since the last time."""
    found = tuple(_NOTED)
    _NOTED.clear()
    return found


def missing_library(name: str) -> CertError:
    """The error for a library that the work needs and the host does not have."""
    return CertError(
        f"the Python library {name} is not installed for the Python that runs the modules; install what the"
        f" requirements.txt of the collection lists: {sys.executable} -m pip install -r requirements.txt"
    )
