# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation about one order: its challenges, waiting for the CA, the certificate."""

from __future__ import annotations

import bisect
import contextlib
import itertools
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from ..._clients.acme.client import Client
from ..._clients.acme.messages import AcmeOrder, AcmeStatus, Authorization
from ..._core.ca import problems as acme_problems
from ..._core.ca.problems import Problem
from ..._core.dns import persistent_records
from ..._core.values import times
from ..._core.values.waiting import SHORTEST_PAUSE, Clock, Deadline
from ..._errors import DeadlineError, RemoteError

# How long after the answers a CA is asked for the first time what it found; some look at all names at once.
FIRST_LOOK_SECONDS = 0.5
# When the CA does not say by Retry-After when to ask again.
POLL_SECONDS = (1.0, 2.0, 3.0)
SLOWEST_POLL_SECONDS = 5.0
# The order tells for all names at once; one by one they are looked at only when it takes long.
POLLS_PER_LOOK = 10
# One connection for so many names, and not more than so many of them: Let's Encrypt allows hundreds of requests a
# second, others do not say. https://letsencrypt.org/docs/rate-limits/#overall-requests-limit
NAMES_A_CONNECTION, MOST_CONNECTIONS = 10, 4
# A refusal of these kinds says nothing about the order: it may still be finished. "unknown" was not a problem document,
# so perhaps a proxy's page; an order that the CA lost meanwhile is given up when it is too old.
_PASSING = ("accountDoesNotExist", "badNonce", "orderNotReady", "rateLimited", "unknown")


Asked = t.TypeVar("Asked")
Answered = t.TypeVar("Answered")


class OrderFailedError(RemoteError):
    """The order is dead: nothing was issued from it and nothing ever will be."""


@dataclass(frozen=True)
class Conversation:
    """One order with one CA; with ``dns_persist``, dns-persist-01 is answered where the CA offers it."""

    client: Client
    clock: Clock
    dns_persist: bool = False

    def unanswered(self, order: AcmeOrder) -> list[Authorization]:
        """The authorizations of a pending order that need a record, each with the challenge to answer; those still
        valid from earlier orders do not."""
        return self._waiting(order, order.authorizations)

    def left(self, order: AcmeOrder, asked: t.Sequence[Authorization]) -> list[Authorization]:
        """What of these, which are answered in their order, a few at once, an earlier run did not come to, as far as
        few questions tell.

        An authorization that is valid for another reason may mislead; ``settle`` comes back to what was passed over
        then.
        """

        def waits(each: Authorization) -> bool:
            found = self._waiting(order, [each.url])
            return any(now.challenge is not None and now.challenge.status is AcmeStatus.PENDING for now in found)

        # as a rule none was, and then the first one tells
        if not asked or waits(asked[0]):
            return list(asked)
        begun = bisect.bisect_left(asked, True, lo=1, key=waits)
        # of those that were under way at once, any may have been lost
        under_way = asked[max(1, begun - _connections(len(asked)) + 1) : begun]
        return [*(one for one in under_way if waits(one)), *asked[begun:]]

    def answer(self, authorizations: t.Iterable[Authorization]) -> None:
        """Have the CA look at the published records; a challenge that is known not to wait is not answered."""
        waiting = [one for one in authorizations if one.challenge and one.challenge.status is AcmeStatus.PENDING]
        at_once(self._answer, waiting)

    def settle(self, order: AcmeOrder, deadline: Deadline) -> AcmeOrder:
        """The order once it is neither pending nor processing; OrderFailedError if that is because it failed."""
        first = (FIRST_LOOK_SECONDS,) if order.status is AcmeStatus.PENDING else ()
        pauses = itertools.chain(first, POLL_SECONDS, itertools.repeat(SLOWEST_POLL_SECONDS))
        for number, pause in enumerate(pauses, 1):
            if order.status not in (AcmeStatus.PENDING, AcmeStatus.PROCESSING):
                break
            now = self.clock.now()
            if deadline.has_passed(now):
                raise self._late(order)
            asked = pause if order.retry_after is None else max(order.retry_after, SHORTEST_PAUSE)
            self.clock.sleep(deadline.clamp(now, asked))
            order = self.client.order(order.url)
            if order.status is AcmeStatus.PENDING and number % POLLS_PER_LOOK == 0:
                # Some CAs leave an order pending when an authorization failed. A challenge that waits still is answered
                # again: RFC 8555 section 8.2.
                waiting = self.unanswered(order)
                # whatever the CA says to that, the order tells what comes of it
                with contextlib.suppress(RemoteError):
                    self.answer(waiting)
        if order.status not in (AcmeStatus.READY, AcmeStatus.VALID):
            raise _failure(order, at_once(self.client.authorization, order.authorizations), self.clock.now())
        return order

    def _late(self, order: AcmeOrder) -> DeadlineError:
        """With what keeps it pending, where the CA says so: smallstep's tries a failed challenge again and again."""
        urls = order.authorizations if order.status is AcmeStatus.PENDING else ()
        problems: list[Problem] = []
        with contextlib.suppress(RemoteError):
            for url in urls:
                found = self.client.authorization(url)
                if found.status is AcmeStatus.PENDING and found.problem:
                    problems.append(_named(found))
        said = "".join(f"; {problem.as_text()}" for problem in problems)
        return DeadlineError(
            f"the order {order.url} was still {order.status.value} when order_timeout ran out{said}; run again to"
            " continue",
            order_url=order.url,
        )

    def complete(self, order: AcmeOrder, csr_pem: bytes, deadline: Deadline) -> AcmeOrder:
        """The valid order; hands in the signing request unless an earlier run did."""
        if order.status is AcmeStatus.READY:
            order = self.settle(self._finalize(order, csr_pem), deadline)
        if order.status is not AcmeStatus.VALID or order.certificate is None:
            raise OrderFailedError(
                f"acme:order on {order.url} is {order.status.value} without a certificate; run again for a new order",
                service="acme",
                operation="order",
                code="orderNotReady",
            )
        return order

    def _waiting(self, order: AcmeOrder, urls: t.Sequence[str]) -> list[Authorization]:
        found = [self._chosen(one) for one in at_once(self.client.authorization, urls)]
        failed = [each for each in found if each.status not in (AcmeStatus.VALID, AcmeStatus.PENDING)]
        if failed:
            raise _failure(order, failed, self.clock.now())
        waiting = [each for each in found if each.status is AcmeStatus.PENDING]
        without = [each.domain for each in waiting if each.challenge is None]
        if without:
            raise OrderFailedError(
                f"acme:authorization offers no challenge that can be answered for {', '.join(without)}: no dns-01"
                f"{'' if self.dns_persist else ', and dns_persist is not set'}; choose another CA for these names",
                service="acme",
                operation="authorization",
                code="unsupportedChallenge",
            )
        return waiting

    def _chosen(self, authorization: Authorization) -> Authorization:
        """The authorization with the challenge to answer; a dns-01 challenge that the CA looks at already stays the
        one."""
        first, other = authorization.challenge, authorization.persistent
        if not self.dns_persist or other is None or (first is not None and first.status is not AcmeStatus.PENDING):
            return authorization
        account_url = self.client.account_url or ""
        is_ours = other.account_url in (None, account_url)
        is_usable = is_ours and persistent_records.is_usable(other.issuers, account_url, self.client.directory_url)
        return replace(authorization, challenge=other) if is_usable else authorization

    def _answer(self, authorization: Authorization) -> None:
        if authorization.challenge is None:
            return
        try:
            self.client.answer(authorization.challenge)
        except RemoteError:
            # An answer that was sent again after a lost response is refused; what counts is that the CA has taken it.
            now = self._chosen(self.client.authorization(authorization.url))
            if (
                now.status is AcmeStatus.PENDING
                and now.challenge is not None
                and now.challenge.status is AcmeStatus.PENDING
            ):
                raise

    def _finalize(self, order: AcmeOrder, csr_pem: bytes) -> AcmeOrder:
        try:
            return self.client.finalize(order, csr_pem)
        except RemoteError as exc:
            if exc.code == "orderNotReady":
                # It was ready; so the request got through and only its answer was lost.
                return self.client.order(order.url)
            if is_final(exc):
                raise as_failure(exc) from exc
            raise


def _connections(names: int) -> int:
    return min(MOST_CONNECTIONS, max(1, names // NAMES_A_CONNECTION))


def at_once(ask: t.Callable[[Asked], Answered], subjects: t.Sequence[Asked]) -> list[Answered]:
    """The answers in the order of the subjects, asked for over several connections where there are many. After an error
    nothing more is asked."""
    connections = _connections(len(subjects))
    if connections == 1:
        return [ask(subject) for subject in subjects]
    with ThreadPoolExecutor(connections) as pool:
        try:
            return list(pool.map(ask, subjects))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def is_final(error: RemoteError) -> bool:
    """Whether the CA refused what was asked, so that asking again for the same order is useless."""
    status = error.details.get("http_status") or 0
    return (
        HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        and status != HTTPStatus.TOO_MANY_REQUESTS
        and error.code not in _PASSING
    )


def as_failure(error: RemoteError) -> OrderFailedError:
    """The same error, with the knowledge that the order is dead."""
    details = {
        key: value
        for key, value in error.details.items()
        if key not in ("service", "operation", "code", "request_id", "retry_after")
    }
    return OrderFailedError(
        error.message,
        service=error.service,
        operation=error.operation,
        code=error.code,
        retry_after=error.retry_after,
        **details,
    )


def is_about_the_ca(error: RemoteError) -> bool:
    """Whether another CA may issue: this one is away or has a problem of its own, refuses by a limit, or by CAA records
    that name others."""
    if (
        error.details.get("answered") is False
        or (error.details.get("http_status") or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):
        return True
    codes = [entry["code"] for entry in error.details.get("subproblems") or ()]
    return acme_problems.another_ca_may_issue(codes or [error.code])


def _failure(order: AcmeOrder, authorizations: t.Iterable[Authorization], now: datetime) -> OrderFailedError:
    """Which names failed and why."""
    problems = [_named(each) for each in authorizations if each.status not in (AcmeStatus.VALID, AcmeStatus.PENDING)]
    failed = sorted({problem.identifier for problem in problems if problem.identifier})
    if order.error is not None:
        problems.append(order.error)
    whole = Problem(code=problems[0].code if problems else "orderInvalid", detail="", subproblems=tuple(problems))
    said = "; ".join(problem.as_text() for problem in problems) or f"the CA gave no reason for {order.status.value}"
    advice, until = acme_problems.advice(whole, None, now), acme_problems.retry_at(whole, None, now)
    return OrderFailedError(
        f"acme:order on {order.url} failed: {said}" + (f"; {advice}" if advice else ""),
        service="acme",
        operation="order",
        code=whole.code,
        subproblems=whole.as_details(),
        failed_validations=failed,
        retry_at=times.to_text(until) if until else None,
        order_url=order.url,
    )


def _named(authorization: Authorization) -> Problem:
    problem = authorization.problem or Problem(
        code=authorization.status.value, detail=f"the authorization is {authorization.status.value}"
    )
    return Problem(
        code=problem.code, detail=problem.detail, identifier=authorization.domain, subproblems=problem.subproblems
    )
