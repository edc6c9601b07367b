# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme2certifier without a web server: one request in, one reply out.

Where acme2certifier is kinder or slower than a public CA, this file makes it strict or quick: orders turn ready and
invalid
at once, a challenge is validated once only, the database connection is kept, TXT values come from the sandbox's own
DNS.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JSON = "application/json"
PROBLEM = "application/problem+json"
CHAIN = "application/pem-certificate-chain"
ERROR = "urn:ietf:params:acme:error:"

# Loggers below this level are quiet: every refused request would otherwise be a line on the terminal.
LOG_LEVEL = logging.CRITICAL + 1


@dataclass(frozen=True)
class Profile:
    """A certificate profile of the CA."""

    description: str
    days: float


DEFAULT_PROFILES = {
    "classic": Profile("The profile of before profiles", 90),
    "tlsserver": Profile("Short subject, shorter life", 45),
    "shortlived": Profile("Six days and some", 160 / 24),
}


@dataclass(frozen=True)
class Options:
    """How the CA is set up for one start."""

    days: float = 90
    profiles: dict[str, Profile] = field(default_factory=lambda: dict(DEFAULT_PROFILES))
    eab: dict[str, str] = field(default_factory=dict)
    """Key identifiers and their base64url HMAC keys; a new account must show one when there are any."""
    renewal_threshold_percent: float = 66.6
    renewal_window_seconds: int = 12 * 3600
    identifier_limit: int = 100


@dataclass(frozen=True)
class Request:
    """One HTTP request to the CA."""

    method: str
    base_url: str
    path: str
    body: bytes
    reading: bool = False
    """A POST with an empty payload: only wants to read."""

    @property
    def url(self) -> str:
        return self.base_url + self.path


@dataclass
class Reply:
    """One HTTP answer of the CA."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)

    @document.setter
    def document(self, value: dict[str, Any]) -> None:
        self.body = json.dumps(value).encode()


def problem(status: int, kind: str, detail: str) -> Reply:
    """An RFC 7807 problem document of ACME."""
    reply = Reply(status, {"Content-Type": PROBLEM})
    reply.document = {"type": ERROR + kind, "status": status, "detail": detail}
    return reply


def configuration(options: Options, directory: Path) -> str:
    """The text of acme_srv.cfg."""
    profiles = {name: profile.description for name, profile in options.profiles.items()}
    sections: dict[str, dict[str, object]] = {
        "DEFAULT": {"debug": False},
        "DBhandler": {"handler": "wsgi", "dbfile": directory / "acme.db"},
        "Nonce": {"nonce_check_disable": False},
        "CAhandler": {"handler_module": "sandbox.ca.signer"},
        "Account": {"contact_check_disable": True},
        "Challenge": {
            "http_01_support": True,
            "tls_alpn_01_support": True,
            "dns_persist_01_support": True,
            "dns_persist_allow_policy_wildcard": True,
        },
        # acme2certifier looks for expired rows at every read; nothing lives long enough here.
        "Authorization": {"expiry_check_disable": True},
        "Order": {
            "identifier_limit": options.identifier_limit,
            "profiles": json.dumps(profiles),
            "expiry_check_disable": True,
        },
        "Directory": {
            "tos_url": "https://localhost/terms",
            "suppress_product_information": True,
            "caaidentities": json.dumps(["sandbox.invalid"]),
        },
        "Renewalinfo": {
            "renewalthreshold_pctg": options.renewal_threshold_percent,
            "renewal_window_duration": options.renewal_window_seconds,
            "retry_after_timeout": 21600,
        },
    }
    if options.eab:
        key_file = directory / "eab.json"
        key_file.write_text(json.dumps(options.eab), encoding="ascii")
        sections["EABhandler"] = {"eab_handler_module": "acme2certifier.eabhandlers.json_handler", "key_file": key_file}
    lines: list[str] = []
    for section, values in sections.items():
        lines += [f"[{section}]", *(f"{key}: {value}" for key, value in values.items()), ""]
    return "\n".join(lines)


class _Connections(threading.local):
    """One database connection for each thread, kept: acme2certifier opens a new one for each statement."""

    connection: sqlite3.Connection | None = None


def _quicken_database(store: type) -> None:
    """Keep connections open and look at the schema once."""
    connections = _Connections()
    tables: dict[str, list[bytes]] = {}

    def db_open(self: Any) -> None:
        if connections.connection is None:
            connections.connection = sqlite3.connect(self.db_name, timeout=30)
            connections.connection.row_factory = sqlite3.Row
            connections.connection.execute("PRAGMA synchronous=OFF")
            connections.connection.execute("PRAGMA journal_mode=MEMORY")
        self.dbs = connections.connection
        self.cursor = self.dbs.cursor()

    def db_close(self: Any) -> None:
        self.dbs.commit()

    def table_check(self: Any, table: str) -> bool:
        if table not in tables:
            self._db_open()
            tables[table] = [row[1] for row in self.cursor.execute(f"PRAGMA table_info({table})")]
        return bool(tables[table])

    def columns(self: Any, table: str) -> list[str]:
        self._table_check(table)
        return tables[table]

    patches = {"_db_open": db_open, "_db_close": db_close, "_table_check": table_check, "_columnnames_get": columns}
    for name, method in patches.items():
        setattr(store, name, method)


# acme2certifier looks rows up with LIKE; SQLite uses an index for that only if the index ignores case.
_INDEXES = ("account(name", "authorization(name", "challenge(name", "orders(name", "certificate(name")
_JOINS = ("authorization(order_id", "challenge(authorization_id", "certificate(order_id")


def _index_database(store: Any) -> None:
    store._db_open()
    for number, column in enumerate((*(f"{column} COLLATE NOCASE" for column in _INDEXES), *_JOINS)):
        store.cursor.execute(f"CREATE INDEX IF NOT EXISTS sandbox_{number} ON {column})")
    store._db_close()


class Backend:
    """The CA: accounts, orders, authorizations and certificates in a database below `directory`."""

    def __init__(
        self,
        directory: Path,
        options: Options,
        txt: Callable[[str], list[bytes]],
        validation_delay: Callable[[], float],
    ) -> None:
        config_file = directory / "acme_srv.cfg"
        config_file.write_text(configuration(options, directory), encoding="utf-8")
        os.environ["ACME_SRV_CONFIGFILE"] = str(config_file)
        # The wsgi module of acme2certifier is not imported: it sets hooks of the whole process.
        from acme2certifier.acme_srv import helper
        from acme2certifier.acme_srv.db_handler import DBstore
        from acme2certifier.acme_srv.helpers.config import load_config_cache_clear

        load_config_cache_clear()
        helper.txt_get = lambda _logger, name, _servers=None: txt(name)
        self.logger = logging.getLogger("acme2certifier")
        self.logger.setLevel(LOG_LEVEL)
        self.config = helper.load_config()
        _quicken_database(DBstore)
        self.store = DBstore(False, self.logger)
        _index_database(self.store)
        self.options = options
        self.validation_delay = validation_delay
        # One at a time: SQLite lets a writer wait by sleeping, which costs much more than the work that it waits for.
        self._turn = threading.RLock()
        self._routes = self._build_routes()

    def _build_routes(self) -> list[tuple[re.Pattern[str], Callable[[Request], Reply]]]:
        from acme2certifier.acme_srv.authorization import Authorization
        from sandbox.ca.strict import strict_account, strict_certificate, strict_challenge, strict_order

        order, challenge, certificate = strict_order(), strict_challenge(), strict_certificate()
        account = strict_account()
        table: list[tuple[str, Callable[[Request], Reply]]] = [
            (r"/directory", self._directory),
            (r"/acme/newnonce", self._new_nonce),
            (r"/acme/newaccount", self._post(account, "new")),
            (r"/acme/neworders", self._post(order, "new")),
            (r"/acme/authz/.+", self._post(Authorization, "new_post")),
            (r"/acme/chall/.+", self._post(challenge, "parse", source="127.0.0.1")),
            (r"/acme/order/.+", self._post(order, "parse")),
            (r"/acme/cert/.+", self._post(certificate, "new_post")),
            (r"/acme/acct/.+", self._post(account, "parse")),
            (r"/acme/key-change", self._post(account, "parse")),
            (r"/acme/revokecert", self._post(certificate, "revoke")),
            (r"/acme/renewal-info/.+", self._renewal_info),
        ]
        return [(re.compile(pattern), handler) for pattern, handler in table]

    def handle(self, request: Request) -> Reply:
        for pattern, handler in self._routes:
            if pattern.fullmatch(request.path):
                with self._turn:
                    return handler(request)
        return problem(404, "malformed", f"there is nothing at {request.path}")

    def nonce(self) -> str:
        """A fresh nonce."""
        from acme2certifier.acme_srv.nonce import Nonce

        with self._turn:
            return Nonce(False, self.logger, config_dic=self.config).generate_and_add()

    def use_up(self, nonce: str) -> None:
        """Let this nonce be good for nothing any more."""
        with self._turn:
            self.store.nonce_consume(nonce)

    def later(self, delay: float, action: Callable[[], object]) -> None:
        """Do something after a while, in the background."""

        def run() -> None:
            with self._turn:
                action()

        timer = threading.Timer(delay, run)
        timer.daemon = True
        timer.start()

    def _open(self, kind: type, base_url: str, **more: Any) -> Any:
        return kind(False, base_url, logger=self.logger, config_dic=self.config, **more)

    def _post(self, kind: type, method: str, **more: Any) -> Callable[[Request], Reply]:
        def handle(request: Request) -> Reply:
            if request.method != "POST":
                return problem(405, "malformed", "this resource is read with POST-as-GET")
            with self._open(kind, request.base_url, **more) as handler:
                handler.message.request_url = request.url
                handler.sandbox_backend, handler.sandbox_request = self, request
                return self._reply(getattr(handler, method)(request.body))

        return handle

    @staticmethod
    def _reply(answer: dict[str, Any]) -> Reply:
        headers = {name: str(value) for name, value in answer.get("header", {}).items()}
        data = answer.get("data")
        if isinstance(data, str) and answer["code"] < 400:
            headers.setdefault("Content-Type", CHAIN)
            return Reply(answer["code"], headers, data.encode())
        if isinstance(data, bytes):
            return Reply(answer["code"], headers, data)
        headers["Content-Type"] = PROBLEM if answer["code"] >= 400 else JSON
        return Reply(answer["code"], headers, b"" if data is None else json.dumps(data).encode())

    def _directory(self, request: Request) -> Reply:
        from acme2certifier.acme_srv.directory import Directory

        with self._open(Directory, request.base_url) as directory:
            reply = Reply(200, {"Content-Type": JSON})
            reply.document = {key: value for key, value in directory.directory_get().items() if key != "newAuthz"}
            return reply

    def _new_nonce(self, request: Request) -> Reply:
        return Reply(
            200 if request.method == "HEAD" else 204, {"Replay-Nonce": self.nonce(), "Cache-Control": "no-store"}
        )

    def _renewal_info(self, request: Request) -> Reply:
        from acme2certifier.acme_srv.renewalinfo import Renewalinfo

        if request.method != "GET":
            return problem(405, "malformed", "renewal information is read with GET")
        with self._open(Renewalinfo, request.base_url) as renewal:
            return self._reply(renewal.get(request.url))
