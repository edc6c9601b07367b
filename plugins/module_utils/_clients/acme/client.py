# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ACME server, one method per request (RFC 8555 section 7); no decisions."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..._core.values import urls, waiting
from ..._core.values.once import OnceProperty
from ..._core.values.waiting import Clock
from ..._errors import ConfigError
from ..machine import crypto
from .messages import AcmeOrder, Authorization, Chain, Challenge, Directory, linked, unusable
from .network import Network

try:
    import josepy
    import requests
    from acme import challenges, jws as acme_jws, messages as acme_messages
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    # the library may be missing where types are checked
    class _Replacement(acme_messages.NewOrder):  # type: ignore[misc]
        """A new order with the field that the library lacks (RFC 9773 section 5)."""

        replaces: str = josepy.field("replaces")

except ImportError:
    pass  # Network() raises the error


# Each is downloaded to see where it ends.
MOST_CHAINS = 10


@dataclass(frozen=True)
class ExternalAccount:
    """The binding to an account that the user has with the CA (RFC 8555 section 7.3.4)."""

    kid: str
    hmac_key: str = field(repr=False)
    alg: str = "HS256"


@dataclass(frozen=True)
class Registration:
    """What a new account is registered with; registering says that the user agreed to the CA's terms."""

    contacts: tuple[str, ...]
    external_account: ExternalAccount | None = None


class Client:
    """One CA as one account; calls nothing before it is asked to."""

    def __init__(self, directory_url: str, network: Network) -> None:
        self._directory_url = directory_url
        self._network = network
        self._server_time: datetime | None = None

    def directory(self) -> Directory:
        """What the CA tells about itself."""
        return self._directory

    @property
    def directory_url(self) -> str:
        """Where the CA is."""
        return self._directory_url

    @property
    def account_url(self) -> str | None:
        """The account that signs."""
        account = self._network.account
        return str(account.uri) if account is not None else None

    @property
    def server_time(self) -> datetime | None:
        """What time it was at the CA when the directory was read, if its answer said."""
        return self._server_time

    def use_account(self, url: str) -> None:
        """Sign the following requests as this account."""
        self._network.account = acme_messages.RegistrationResource(uri=url, body=acme_messages.Registration())

    def new_account(self, registration: Registration) -> str:
        """Register the key, or find the account that it already has, and use it; the account's URL."""
        self._network.account = None
        binding = registration.external_account and acme_messages.ExternalAccountBinding.from_data(
            account_public_key=self._network.key.public_key(),
            kid=registration.external_account.kid,
            hmac_key=registration.external_account.hmac_key,
            directory={"newAccount": self._url("newAccount")},
            hmac_alg=registration.external_account.alg,
        )
        # an empty list is not the same as none to every CA
        contact = (
            {"contact": tuple(f"mailto:{contact}" for contact in registration.contacts)}
            if registration.contacts
            else {}
        )
        body = acme_messages.NewRegistration(terms_of_service_agreed=True, external_account_binding=binding, **contact)
        return self._use_answered(body)

    def find_account(self) -> str:
        """The URL of the account that the key has; RemoteError accountDoesNotExist if it has none (RFC 8555 section
        7.3.1)."""
        self._network.account = None
        return self._use_answered(acme_messages.NewRegistration(only_return_existing=True))

    def account_status(self, url: str) -> str:
        """How the CA says that the account stands: valid, deactivated or revoked (RFC 8555 section 7.1.6)."""
        self.use_account(url)
        return str(self._network.json(self._send("account", url), "account").get("status"))

    def update_contacts(self, url: str, contacts: t.Sequence[str]) -> None:
        """Give the account other contacts (RFC 8555 section 7.3.2)."""
        self._send("account", url, _Payload(contact=[f"mailto:{contact}" for contact in contacts]))

    def deactivate_account(self, url: str) -> None:
        """Deactivate the account for good (RFC 8555 section 7.3.6)."""
        self._send("account", url, _Payload(status="deactivated"))

    def change_key(self, account_url: str, new_key_pem: str) -> None:
        """Let the account have another key, which signs inside of what the old one signs (RFC 8555 section 7.3.5)."""
        url, new_key = self._url("keyChange"), josepy.JWK.load(new_key_pem.encode())
        payload = _Payload(account=account_url, oldKey=self._network.key.public_key().to_partial_json())
        inner = acme_jws.JWS.sign(payload.json_dumps().encode(), key=new_key, alg=josepy.ES256, nonce=None, url=url)
        self._send("keyChange", url, inner)

    def new_order(self, domains: t.Sequence[str], profile: str | None, replaces: str | None = None) -> AcmeOrder:
        """Ask for a certificate for these names, in place of the one that ``replaces`` names; the CA may answer with an
        order that the account already has."""
        fields = {
            "identifiers": [
                acme_messages.Identifier(typ=acme_messages.IDENTIFIER_FQDN, value=domain) for domain in domains
            ],
            "profile": profile or "",
        }
        wanted = _Replacement(replaces=replaces, **fields) if replaces else acme_messages.NewOrder(**fields)
        response = self._send("newOrder", self._url("newOrder"), wanted)
        return self._order(self._location(response, "newOrder"), response, "newOrder")

    def order(self, url: str) -> AcmeOrder:
        """The order as it is now."""
        return self._order(url, self._send("order", url), "order")

    def authorization(self, url: str) -> Authorization:
        """The authorization as it is now."""
        return Authorization.from_json(url, self._network.json(self._send("authorization", url), "authorization"))

    def answer(self, challenge: Challenge) -> None:
        """Notify the CA that the challenge's record is published."""
        self._network.json(
            self._send("challenge", challenge.url, challenges.DNS01Response(key_authorization="")), "challenge"
        )

    def finalize(self, order: AcmeOrder, csr_pem: bytes) -> AcmeOrder:
        """Hand in the signing request of a ready order."""
        request = acme_messages.CertificateRequest(csr=x509.load_pem_x509_csr(csr_pem))
        return self._order(order.url, self._send("finalize", order.finalize, request), "finalize")

    def certificate(self, url: str) -> Chain:
        """The full chain: the leaf first, the chain that the CA has under this URL after it."""
        response = self._send("certificate", url)
        text = str(response.text)
        try:
            crypto.load_certificates(text)
        except ConfigError as exc:
            raise unusable("certificate", url, f"{exc.message}; run again to download it again") from exc
        links = requests.utils.parse_header_links(response.headers.get("Link", ""))
        others = [urls.joined(url, link["url"]) for link in links if link.get("rel") == "alternate"]
        return Chain(
            pem=text, alternates=tuple(other for other in others if not urls.https_problem(other))[:MOST_CHAINS]
        )

    def challenge_value(self, challenge: Challenge) -> str:
        """What the TXT record has to say (RFC 8555 section 8.4)."""
        thumbprint = josepy.b64encode(self._network.key.thumbprint()).decode()
        digest = hashlib.sha256(f"{challenge.token}.{thumbprint}".encode()).digest()
        return str(josepy.b64encode(digest).decode())

    def revoke(self, cert_pem: str, reason: int) -> None:
        """Revoke the certificate, as its account or, for a client with the certificate's own key, as its owner (RFC
        8555 section 7.6)."""
        der = crypto.load_certificates(cert_pem)[0].public_bytes(serialization.Encoding.DER)
        self._send(
            "revokeCert", self._url("revokeCert"), _Payload(certificate=josepy.b64encode(der).decode(), reason=reason)
        )

    def _use_answered(self, body: t.Any) -> str:
        url = self._location(self._send("newAccount", self._url("newAccount"), body), "newAccount")
        self.use_account(url)
        return url

    @OnceProperty
    def _directory(self) -> Directory:
        response = self._network.fetch_directory(self._directory_url)
        self._server_time = waiting.http_date(response.headers.get("Date"))
        found = Directory.from_json(self._directory_url, self._network.json(response, "directory"))
        self._network.new_nonce_url = found.urls["newNonce"]
        return found

    def _url(self, resource: str) -> str:
        try:
            return self._directory.urls[resource]
        except KeyError:
            raise unusable(
                "directory", self._directory_url, f"it has no {resource}; the CA does not offer it; ask the CA"
            ) from None

    def _send(self, operation: str, url: str, payload: t.Any = None) -> t.Any:
        self._url("newNonce")
        return self._network.send(operation, url, payload)

    def _order(self, url: str, response: t.Any, operation: str) -> AcmeOrder:
        asked = waiting.retry_after(response.headers.get("Retry-After"), self._network.clock.now())
        return AcmeOrder.from_json(url, self._network.json(response, operation), asked)

    def _location(self, response: t.Any, operation: str) -> str:
        url = response.headers.get("Location")
        if not url:
            raise unusable(operation, response.url, "it has no Location; ask the CA")
        try:
            return linked(url, "Location")
        except ValueError as exc:
            raise unusable(operation, response.url, f"{exc}; ask the CA") from None


class _Payload(dict[str, t.Any]):
    """A message that the library has no class for."""

    def json_dumps(self, indent: int | None = None) -> str:
        """As the library's own messages are serialised."""
        return json.dumps(self, indent=indent)


@dataclass(frozen=True)
class AcmeServer:
    """Where a CA is; ``client`` talks to it with an account's key, or only reads its directory without one."""

    directory_url: str
    ca_bundle: str | None = None

    def client(self, account_key_pem: str | None, clock: Clock) -> Client:
        """A client that has called nothing yet."""
        key = josepy.JWK.load(account_key_pem.encode()) if account_key_pem else None
        return Client(self.directory_url, Network(key, self.ca_bundle, clock))
