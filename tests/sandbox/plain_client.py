# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ACME client of few lines over the `acme` library and boto3: shows that the sandbox works without any code of the
collection."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import josepy
from acme import challenges, client, crypto_util, messages
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .seed import client as aws_client

NONCE_TRIES = 10
POLL_SECONDS = 0.1
POLL_LIMIT = 30.0


class _Network(client.ClientNetwork):
    """Tries again on badNonce more than once: RFC 8555 section 6.5 sets no limit, and Pebble refuses one of twenty."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        tries = 1
        while True:
            try:
                return self._post_once(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce" or tries == NONCE_TRIES:
                    raise
                tries += 1


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and chain, as PEM."""

    fullchain: str
    key: str

    @property
    def leaf(self) -> str:
        return self.fullchain.partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n"

    @property
    def chain(self) -> str:
        return self.fullchain.removeprefix(self.leaf).lstrip()


class PlainClient:
    """One account at the CA of the sandbox that `env` belongs to."""

    def __init__(self, env: Mapping[str, str], key: josepy.JWKRSA | None = None) -> None:
        self._env = env
        self.key = key or josepy.JWKRSA(key=rsa.generate_private_key(65537, 2048))
        network = _Network(self.key, verify_ssl=env["CERTOPS_ACME_CA_BUNDLE"])
        self.acme = client.ClientV2(client.ClientV2.get_directory(env["CERTOPS_ACME_DIRECTORY"], network), network)

    def register(self) -> None:
        self.acme.new_account(messages.NewRegistration.from_data(terms_of_service_agreed=True))

    def order(self, names: Iterable[str], profile: str | None = None) -> tuple[Any, str]:
        """A new order and the private key that goes with it."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self.acme.new_order(crypto_util.make_csr(pem, list(names)), profile=profile), pem.decode()

    def replace(self, names: Iterable[str], replaces: str) -> dict[str, Any]:
        """A new order that says which certificate it replaces, which the library cannot; the order as the CA answers
        it."""

        class NewOrder(messages.NewOrder):
            replaces: str = josepy.field("replaces")

        identifiers = [messages.Identifier(typ=messages.IDENTIFIER_FQDN, value=name) for name in names]
        order = NewOrder(identifiers=identifiers, replaces=replaces)
        answer = self.acme.net.post(
            self.acme.directory["newOrder"], order, new_nonce_url=self.acme.directory["newNonce"]
        )
        return dict(answer.json())

    def write_records(self, order: Any, zone_id: str, wait: bool = True) -> None:
        """The challenge records of an order in one change batch; `wait` is until Route 53 says INSYNC."""
        values: dict[str, set[str]] = {}
        for authorization in order.authorizations:
            challenge = dns_challenge(authorization)
            name = challenge.chall.validation_domain_name(authorization.body.identifier.value)
            values.setdefault(name, set()).add(challenge.chall.validation(self.key))
        route53 = aws_client("route53", self._env)
        sets = [
            {
                "Name": name,
                "Type": "TXT",
                "TTL": 60,
                "ResourceRecords": [{"Value": f'"{value}"'} for value in sorted(texts)],
            }
            for name, texts in values.items()
        ]
        changes = [{"Action": "CREATE", "ResourceRecordSet": one} for one in sets]
        change = route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})[
            "ChangeInfo"
        ]["Id"]
        deadline = time.monotonic() + POLL_LIMIT
        while wait and route53.get_change(Id=change)["ChangeInfo"]["Status"] != "INSYNC":
            assert time.monotonic() < deadline, "the change never came into sync"
            time.sleep(POLL_SECONDS)

    def answer(self, order: Any) -> None:
        for authorization in order.authorizations:
            challenge = dns_challenge(authorization)
            self.acme.answer_challenge(challenge, challenge.chall.response(self.key))

    def statuses(self, order: Any) -> list[str]:
        """The final status of each authorization."""
        deadline = time.monotonic() + POLL_LIMIT
        final = []
        for authorization in order.authorizations:
            body = self.acme.poll(authorization)[0].body
            while body.status in (messages.STATUS_PENDING, messages.STATUS_PROCESSING) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
                body = self.acme.poll(authorization)[0].body
            final.append(body.status.name)
        return final

    def issue(self, names: Iterable[str], zone_id: str, profile: str | None = None) -> Issued:
        """The whole way from an order to a certificate."""
        import datetime

        order, key = self.order(names, profile)
        self.write_records(order, zone_id)
        self.answer(order)
        self.statuses(order)
        # The library compares with naive local time.
        finished = self.acme.finalize_order(order, datetime.datetime.now() + datetime.timedelta(seconds=POLL_LIMIT))  # noqa: DTZ005
        return Issued(finished.fullchain_pem, key)


def dns_challenge(authorization: Any) -> Any:
    return next(
        challenge for challenge in authorization.body.challenges if isinstance(challenge.chall, challenges.DNS01)
    )
