# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA in memory, with a client for each account key."""

from __future__ import annotations

import functools
import hashlib
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.client import Registration
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import (
    AcmeOrder,
    AcmeStatus,
    Authorization,
    Chain,
    Challenge,
    Directory,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.problems import Problem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from unit.fakes.calls import Calls, refusal
from unit.fakes.clock import FakeClock
from unit.fakes.route53 import FakeRoute53


@dataclass
class FakeCA:
    """A CA that validates what the fake zones say when a challenge is answered; it counts what it issues."""

    zones: FakeRoute53
    clock: FakeClock
    calls: Calls = field(default_factory=Calls)
    lifetime: timedelta = timedelta(days=45)
    profiles: tuple[str, ...] = ("classic", "shortlived")
    needs_eab: bool = False
    polls_until_issued: int = 0
    reuses_orders: bool = False
    has_dns_01: bool = True
    issuers: tuple[str, ...] = ()
    account_uri: str | None = None
    leaves_orders_pending: bool = False
    has_renewal_info: bool = True
    replacements: list[str | None] = field(default_factory=list)
    valid_names: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=dict)
    deactivated: set[str] = field(default_factory=set)
    orders: dict[str, AcmeOrder] = field(default_factory=dict)
    csrs: dict[str, bytes] = field(default_factory=dict)
    authorizations: dict[str, Authorization] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)
    revoked: dict[str, tuple[str, int]] = field(default_factory=dict)
    contacts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    registrations: list[Registration] = field(default_factory=list)
    polls: int = 0

    def client(self, account_key_pem: str | None, clock: FakeClock) -> FakeClient:
        return FakeClient(self, hashlib.sha256((account_key_pem or "").encode()).hexdigest()[:8])

    @property
    def issued(self) -> int:
        return len(self.csrs)

    def update(self, order: AcmeOrder, **fields: t.Any) -> AcmeOrder:
        self.orders[order.url] = replace(order, **fields)
        return self.orders[order.url]

    def look(self, order: AcmeOrder) -> AcmeOrder:
        states = {self.authorizations[url].status for url in order.authorizations}
        if order.status is AcmeStatus.PENDING and AcmeStatus.INVALID in states and not self.leaves_orders_pending:
            return self.update(order, status=AcmeStatus.INVALID)
        if order.status is AcmeStatus.PENDING and states == {AcmeStatus.VALID}:
            return self.update(order, status=AcmeStatus.READY)
        if order.status is AcmeStatus.PROCESSING:
            self.polls += 1
            if self.polls >= self.polls_until_issued:
                return self.issue(order)
        return order

    def issue(self, order: AcmeOrder) -> AcmeOrder:
        url = f"{order.url}/cert"
        self.certificates[url] = certificate(self.csrs[order.url], self.clock.now(), self.lifetime)
        return self.update(order, status=AcmeStatus.VALID, certificate=url)


@dataclass
class FakeClient:
    ca: FakeCA
    key: str
    account: str | None = None

    @functools.cached_property
    def _directory(self) -> Directory:
        self.ca.calls.begin("directory")
        url = "https://ca.example/renewal-info" if self.ca.has_renewal_info else None
        return Directory(
            terms_of_service="https://ca.example/terms",
            profiles=self.ca.profiles,
            needs_eab=self.ca.needs_eab,
            renewal_info=url,
        )

    def directory(self) -> Directory:
        return self._directory

    @property
    def directory_url(self) -> str:
        return "https://ca.example/directory"

    @property
    def account_url(self) -> str | None:
        return self.account

    def use_account(self, url: str) -> None:
        self.account = url

    def new_account(self, registration: Registration) -> str:
        self.ca.calls.begin("newAccount")
        if self.key not in self.ca.accounts:
            self.ca.registrations.append(registration)
        self.account = self.ca.accounts.setdefault(self.key, f"https://ca.example/account/{self.key}")
        self.ca.calls.end()
        return self.account

    def revoke(self, cert_pem: str, reason: int) -> None:
        self.ca.calls.begin("revoke")
        if cert_pem in self.ca.revoked:
            raise refusal("alreadyRevoked", status=400)
        self.ca.revoked[cert_pem] = (self.account or self.key, reason)
        self.ca.calls.end()

    def find_account(self) -> str:
        self.ca.calls.begin("findAccount")
        if self.key not in self.ca.accounts:
            raise refusal("accountDoesNotExist", status=400)
        self.account = self.ca.accounts[self.key]
        return self.account

    def account_status(self, url: str) -> str:
        self.ca.calls.begin("account")
        self.account = url
        if url in self.ca.deactivated:
            raise refusal("unauthorized", status=401)
        return "valid"

    def update_contacts(self, url: str, contacts: t.Sequence[str]) -> None:
        self._begin("updateContacts")
        self.ca.contacts[url] = tuple(contacts)
        self.ca.calls.end()

    def deactivate_account(self, url: str) -> None:
        self._begin("deactivate")
        self.ca.accounts = {key: known for key, known in self.ca.accounts.items() if known != url}
        self.ca.calls.end()

    def change_key(self, account_url: str, new_key_pem: str) -> None:
        self._begin("keyChange")
        del self.ca.accounts[self.key]
        self.ca.accounts[hashlib.sha256(new_key_pem.encode()).hexdigest()[:8]] = account_url
        self.ca.calls.end()

    def new_order(self, domains: t.Sequence[str], profile: str | None, replaces: str | None = None) -> AcmeOrder:
        self.ca.replacements.append(replaces)
        self._begin("newOrder")
        if self.ca.reuses_orders:
            for order in self.ca.orders.values():
                if order.identifiers == set(domains) and order.status in (AcmeStatus.PENDING, AcmeStatus.READY):
                    return order
        url = f"https://ca.example/order/{len(self.ca.orders) + 1}"
        authorizations = []
        for number, domain in enumerate(domains):
            where = f"{url}/authz/{number}"
            base = domain.removeprefix("*.")
            status = AcmeStatus.VALID if domain in self.ca.valid_names else AcmeStatus.PENDING
            challenge = (
                Challenge(url=f"{where}/dns", token=f"token-{where}", status=status) if self.ca.has_dns_01 else None
            )
            persistent = (
                Challenge(f"{where}/persist", "", status, self.ca.issuers, self.ca.account_uri)
                if self.ca.issuers
                else None
            )
            self.ca.authorizations[where] = Authorization(where, base, status, challenge, None, persistent)
            authorizations.append(where)
        order = AcmeOrder(
            url, AcmeStatus.PENDING, frozenset(domains), tuple(authorizations), f"{url}/finalize", None, None, None
        )
        self.ca.orders[url] = order
        order = self.ca.look(order)
        self.ca.calls.end()
        return order

    def order(self, url: str) -> AcmeOrder:
        self._begin("order")
        if url not in self.ca.orders:
            raise refusal("malformed", status=404)
        return self.ca.look(self.ca.orders[url])

    def authorization(self, url: str) -> Authorization:
        self._begin("authorization")
        return self.ca.authorizations[url]

    def answer(self, challenge: Challenge) -> None:
        self._begin("challenge")
        where = challenge.url.rpartition("/")[0]
        authorization = self.ca.authorizations[where]
        if authorization.status is not AcmeStatus.PENDING:
            raise refusal("malformed", status=400)
        if challenge.issuers:
            name, expected = (
                "_validation-persist",
                f'"{challenge.issuers[0]}; accounturi={self.account}; policy=wildcard"',
            )
        else:
            name, expected = "_acme-challenge", f'"{self.challenge_value(challenge)}"'
        good = expected in self.ca.zones.values(f"{name}.{authorization.domain}")
        status = AcmeStatus.VALID if good else AcmeStatus.INVALID
        problem = None if good else Problem(code="incorrectResponse", detail="no such TXT value")
        self.ca.authorizations[where] = replace(
            authorization, status=status, challenge=replace(challenge, status=status), problem=problem
        )
        self.ca.calls.end()

    def finalize(self, order: AcmeOrder, csr_pem: bytes) -> AcmeOrder:
        self._begin("finalize")
        current = self.ca.orders[order.url]
        if current.status is not AcmeStatus.READY:
            raise refusal("orderNotReady")
        self.ca.csrs[order.url] = csr_pem
        current = self.ca.update(current, status=AcmeStatus.PROCESSING, retry_after=3.0)
        if not self.ca.polls_until_issued:
            current = self.ca.issue(current)
        self.ca.calls.end()
        return current

    def certificate(self, url: str) -> Chain:
        self._begin("certificate")
        return Chain(self.ca.certificates[url])

    def challenge_value(self, challenge: Challenge) -> str:
        return hashlib.sha256(f"{challenge.token}.{self.key}".encode()).hexdigest()[:43]

    def _begin(self, name: str) -> None:
        self.ca.calls.begin(name)
        if self.account is None or self.ca.accounts.get(self.key) != self.account:
            raise refusal("accountDoesNotExist", status=400)


_AUTHORITY = ec.generate_private_key(ec.SECP256R1())


_ISSUER = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Fake CA")])


def certificate(csr_pem: bytes, now: datetime, lifetime: timedelta) -> str:
    """Leaf and issuer as PEM, for the key and the names of the signing request."""
    csr = x509.load_pem_x509_csr(csr_pem)
    names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    leaf = _builder(x509.Name([]), csr.public_key(), now, now + lifetime).add_extension(names, critical=True)
    leaf = leaf.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(_AUTHORITY.public_key()), critical=False
    )
    root = _builder(_ISSUER, _AUTHORITY.public_key(), now - timedelta(days=1), now + timedelta(days=4000))
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed = [each.sign(_AUTHORITY, hashes.SHA256()) for each in (leaf, root)]
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in signed)


def _builder(subject: x509.Name, key: t.Any, start: datetime, end: datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(_ISSUER).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
