# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API on a port of this machine, and the log of what was asked."""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .kinds import KINDS
from .objects import Objects, RefusedCallError

TOKEN, USER, PASSWORD = "token-of-the-sandbox", "admin", "password-of-the-sandbox"
_PATH = re.compile(r"/api(?:/controller)?/v2/([a-z_]+)/(?:([0-9]+)/)?(?:([a-z_]+)/)?")
# Of the credential types that a controller has from the start; those of its own have the kinds cloud and net.
_MANAGED = {"Amazon Web Services": "cloud", "Source Control": "scm", "Container Registry": "registry", "Machine": "ssh"}


class Controller:
    """A context manager: a controller with one organization, and a credential of each kind that a set-up can name."""

    def __init__(self, contents: Mapping[str, list[str]]) -> None:
        self.objects = Objects(contents)
        self.calls: list[tuple[str, str]] = []
        self.tokens = {TOKEN}
        self._lock = threading.Lock()
        organization = self.objects.create("organizations", {"name": "Default"})["id"]
        for name, kind in _MANAGED.items():
            made = self.objects.create("credential_types", {"name": name, "kind": "cloud"})["id"]
            self.objects.read("credential_types", made)["kind"] = kind
            self.objects.managed.add(name)
            wanted = {"name": f"my {name}", "credential_type": made, "organization": organization}
            self.objects.create("credentials", wanted)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """How the collections of a controller find it."""
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_OAUTH_TOKEN": TOKEN}

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The calls that change something."""
        return [(method, path) for method, path in self.calls if method != "GET" and "/tokens/" not in path]

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> tuple[int, Any]:
        """Status and body."""
        parts = urlsplit(target)
        with self._lock:
            self.calls.append((method, parts.path))
            try:
                return self._answer(method, parts.path, dict(parse_qsl(parts.query)), _Asked(headers, content))
            except RefusedCallError as refused:
                return refused.status, refused.body

    def _answer(self, method: str, path: str, query: dict[str, str], asked: _Asked) -> tuple[int, Any]:
        found = _PATH.fullmatch(path)
        if not found:
            raise RefusedCallError(404, {"detail": "The requested resource could not be found."})
        kind, identifier, part = found[1], int(found[2]) if found[2] else None, found[3]
        if kind == "tokens":
            return self._token(method, asked)
        if asked.token not in self.tokens:
            raise RefusedCallError(401, {"detail": "Authentication credentials were not provided."})
        if kind == "project_updates" and identifier in self.objects.updates:
            return 200, self.objects.updates[identifier]
        if kind not in KINDS and kind != "unified_job_templates":
            raise RefusedCallError(404, {"detail": "Not found."})
        if identifier is None:
            return self._collection(method, kind, query, asked)
        call = self._single if part is None else self._part
        return call(method, kind, identifier, part or "", asked)

    def _collection(self, method: str, kind: str, query: dict[str, str], asked: _Asked) -> tuple[int, Any]:
        if method == "GET":
            return 200, _page(self.objects.listed(kind, query))
        if method == "POST" and kind in KINDS and kind != "workflow_approval_templates":
            return 201, self.objects.create(kind, asked.body)
        raise RefusedCallError(405, {"detail": f'Method "{method}" not allowed.'})

    def _single(self, method: str, kind: str, identifier: int, part: str, asked: _Asked) -> tuple[int, Any]:
        if method == "GET":
            return 200, self.objects.shown(kind, self.objects.read(kind, identifier))
        if method == "PATCH":
            return 200, self.objects.update(kind, identifier, asked.body)
        if method == "DELETE":
            self.objects.delete(kind, identifier)
            return (202, {}) if kind == "inventories" else (204, None)
        raise RefusedCallError(405, {"detail": f'Method "{method}" not allowed.'})

    def _part(self, method: str, kind: str, identifier: int, part: str, asked: _Asked) -> tuple[int, Any]:
        if part == "survey_spec" and KINDS[kind].has_survey:
            if method == "GET":
                return 200, self.objects.show_survey(kind, identifier)
            self.objects.set_survey(kind, identifier, asked.body)
            return 200, None
        if part == "create_approval_template" and kind == "workflow_job_template_nodes":
            return 201, self.objects.approval(identifier, asked.body)
        if part == "launch" and KINDS[kind].has_survey:
            return 201, self.objects.launch(kind, identifier, asked.body)
        if method == "GET":
            return 200, _page(self.objects.associated(kind, identifier, part))
        self.objects.associate(kind, identifier, part, asked.body)
        return 204, None

    def _token(self, method: str, asked: _Asked) -> tuple[int, Any]:
        if asked.login != (USER, PASSWORD):
            raise RefusedCallError(401, {"detail": "Invalid username/password."})
        if method == "DELETE":
            return 204, None
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return 201, {"id": len(self.tokens), "token": token}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer: Callable[..., tuple[int, Any]] = self.answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = answer(self.command, self.path, self.headers, content)
                data = b"" if body is None else json.dumps(body, default=str).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names that http.server looks for

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of http.server
                """Tests read the calls instead."""

        return Handler


class _Asked:
    def __init__(self, headers: Mapping[str, str], content: bytes) -> None:
        kind, _space, value = (headers.get("Authorization") or "").partition(" ")
        self.token = value if kind == "Bearer" else None
        name, _colon, password = (base64.b64decode(value).decode() if kind == "Basic" else "").partition(":")
        self.login = (name, password)
        self._content = content

    @property
    def body(self) -> dict[str, Any]:
        try:
            found = json.loads(self._content or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise RefusedCallError(400, {"detail": "JSON parse error"})
        return found


def _page(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": results}
