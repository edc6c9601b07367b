# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WSGI application: control interface, faults, call log, the strict services, and moto behind them."""

from __future__ import annotations

import io
import re
import socket
import struct
import threading
import time
import typing as t
from http import HTTPStatus

from . import authorization, cbor, control, wire
from .calls import LoggedCall, summary
from .errors import AwsError, not_in_sandbox
from .faults import ConnectionLostError, Fault, fault_error
from .service import MOTO, Call, Response
from .state import State
from .wire import Environ

StartResponse = t.Callable[..., t.Any]
WsgiApp = t.Callable[[Environ, StartResponse], t.Iterable[bytes]]

_ERROR_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\":\s*\"(?:[^\"#]*#)?([^\"]+)\"")
# Calls that AWS takes without a signature:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
_UNSIGNED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})


def create_app(state: State) -> WsgiApp:
    """The whole AWS side of the sandbox as one WSGI application."""
    return _App(state)


class _App:
    def __init__(self, state: State) -> None:
        self.state = state
        self._moto: WsgiApp | None = None
        self._moto_lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> t.Iterable[bytes]:
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return _send(control.answer(self.state, environ), start_response)
        try:
            return _send(self._aws(environ), start_response)
        except ConnectionLostError:
            return _reset(environ, start_response)

    def _aws(self, environ: Environ) -> Response:
        started = time.time()
        clock = time.perf_counter()
        wire.load()
        body = wire.read_body(environ)
        signed = wire.signature_of(environ)
        speaks_cbor = cbor.is_spoken(environ)
        if speaks_cbor:
            body = cbor.as_json(environ, body)
        service = wire.service_of(signed, environ, body) if signed else "sts"
        operation, labels = wire.operation_of(service, environ, body)
        entry = LoggedCall(service, operation, started=started)
        if signed:
            entry.region, entry.partition, entry.access_key = signed.region, signed.partition, signed.access_key
        try:
            answer = self._answer(environ, body, signed, labels, entry)
            answer = cbor.answer(answer) if speaks_cbor and answer.body.startswith(b"{") else answer
            entry.status = answer.status
            if answer.status >= HTTPStatus.BAD_REQUEST and not entry.error:
                found = _ERROR_CODE.search(answer.body)
                entry.error = (found[1] or found[2]).decode() if found else str(answer.status)
            return answer
        finally:
            entry.seconds = round(time.perf_counter() - clock, 6)
            self.state.calls.record(entry)

    def _answer(
        self,
        environ: Environ,
        body: bytes,
        signed: wire.Signed | None,
        labels: t.Mapping[str, t.Any],
        entry: LoggedCall,
    ) -> Response:
        service, operation = entry.service, entry.operation
        if self.state.settings.latency_seconds:
            time.sleep(self.state.settings.latency_seconds)
        fault = self.state.faults.match(service, operation)
        if fault and fault.when == "before" and (answer := _strike(fault, entry)):
            return answer
        try:
            if operation in _UNSIGNED:
                answer = self._from_moto(environ, body)
            else:
                signer = wire.check_signature(signed, environ, self.state.settings.check_signing_region)
                if self.state.partition_of(signer.access_key) != signer.partition:
                    raise wire.unknown_key(signer)
                account = self.state.account_of(signer.access_key)
                answer = self._process(
                    environ,
                    body,
                    labels,
                    Call(service, operation, signer.region, signer.partition, account, signer.access_key),
                    entry,
                )
        except AwsError as error:
            answer = wire.error_response(service, error)
        struck = _strike(fault, entry) if fault and fault.when == "after" else None
        return struck or wire.with_request_id(answer)

    def _process(
        self, environ: Environ, body: bytes, labels: t.Mapping[str, t.Any], call: Call, entry: LoggedCall
    ) -> Response:
        service = self.state.services.get(call.service)
        operation = service.operations.get(call.operation) if service else None
        if service is None or operation is None:
            if service and not service.moto_knows_more:
                raise not_in_sandbox(call.service, call.operation)
            entry.params = _moto_params(call.service, environ, body)
            full, path = _with_request(call, {}, body, environ), environ["PATH_INFO"]
            self._authorize(full, authorization.Told(), environ, entry)
            refusal = service.refusal(full, path, authorization.actions(full)) if service else None
            return refusal or self._from_moto(environ, body)
        service.admit(call)
        is_raw = call.operation in service.raw
        params = dict(labels) if is_raw else wire.parse(call.service, call.operation, environ, body, labels)
        entry.params = summary(params)
        full = _with_request(call, params, body, environ)
        self._authorize(
            full, authorization.Told(service.resource(full), service.context(full), service.needs(full)), environ, entry
        )
        with self.state.lock:
            result = operation(full)
        if result is MOTO:
            return self._from_moto(environ, body)
        return result if isinstance(result, Response) else wire.serialize(full, result)

    def _authorize(self, call: Call, told: authorization.Told, environ: Environ, entry: LoggedCall) -> None:
        if self.state.settings.enforce_iam:
            entry.actions = authorization.check(call, told, environ["PATH_INFO"])

    def _from_moto(self, environ: Environ, body: bytes) -> Response:
        # whoever has looked at the request has read its stream
        environ["wsgi.input"] = io.BytesIO(body)
        if signed := wire.signature_of(environ):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = self.state.account_of(signed.access_key)
        app = self._moto
        if app is None:
            from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

            app = self._moto = t.cast("WsgiApp", DomainDispatcherApplication(create_backend_app))
        caught: list[t.Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: t.Any = None
        ) -> t.Callable[[bytes], None]:
            caught[:] = [int(status.split(" ", 1)[0]), tuple(headers)]
            return caught.append  # the write() of WSGI, which nothing here uses

        # moto checks a condition and writes in two steps; one call at a time keeps conditional writes atomic, as they
        # are in AWS
        with self._moto_lock:
            chunks = app(environ, start_response)
            try:
                answer = b"".join(chunks)
            finally:
                getattr(chunks, "close", lambda: None)()
        return Response(caught[0], answer, caught[1])


def _with_request(call: Call, params: t.Mapping[str, t.Any], body: bytes, environ: Environ) -> Call:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    query = dict(wire.query_pairs(environ))
    return Call(
        call.service,
        call.operation,
        call.region,
        call.partition,
        call.account,
        call.access_key,
        params,
        body,
        query,
        headers,
    )


def _moto_params(service: str, environ: Environ, body: bytes) -> t.Mapping[str, t.Any]:
    if service == "s3":
        return {"path": environ["PATH_INFO"], "query": environ.get("QUERY_STRING", "")}
    return t.cast("t.Mapping[str, t.Any]", summary(wire.shallow_params(environ, body)))


def _strike(fault: Fault, entry: LoggedCall) -> Response | None:
    """What a fault does to this call: an answer, a lost connection, or None when the call goes on."""
    entry.error = f"fault:{fault.kind}"
    fault.strike()
    if fault.kind == "delay":
        entry.error = None
        return None
    if fault.kind == "malformed":
        # What botocore reads as an answer without content: it looks at no name of an element, so a page that is
        # well-formed is the worst.
        return Response(200, b"<html><body>gateway</body></html>", (("Content-Type", "text/html"),))
    error = fault_error(fault, entry.service, entry.operation, entry.partition)
    entry.error = error.code
    return wire.error_response(entry.service, error)


def _send(answer: Response, start_response: StartResponse) -> t.Iterable[bytes]:
    headers = [*answer.headers]
    if not any(name.lower() == "content-length" for name, _value in headers):
        headers.append(("Content-Length", str(len(answer.body))))
    start_response(f"{answer.status} {_phrase(answer.status)}", headers)
    return [answer.body]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _reset(environ: Environ, start_response: StartResponse) -> t.Iterable[bytes]:
    """Closes the connection with RST, as a broken network would; werkzeug's server gives the socket."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
        connection.close()
    raise ConnectionResetError("fault: the connection was reset")
