# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS side alone, on a free loopback port of this process: for tests that need no CA, DNS or edge."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from werkzeug.serving import WSGIRequestHandler, make_server

from .app import create_app
from .state import State


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open between calls, as AWS does, and logs nothing: the call log does."""

    protocol_version = "HTTP/1.1"
    # an answer is written in several pieces; without this each waits for the other side's delayed acknowledgement
    disable_nagle_algorithm = True

    def log(self, *args: t.Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def serving(state: State, host: str = "127.0.0.1", port: int = 0) -> t.Iterator[str]:
    """The endpoint URL of a server for ``state`` that runs in a thread until the block ends."""
    server = make_server(host, port, create_app(state), threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
