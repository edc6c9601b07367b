# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA that has renewal information and nothing else, and answers at once: `python window_ca.py DIRECTORY`.

It prints its port, and leaves its own certificate in DIRECTORY.
"""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CERTIFICATE, KEY = "ca.pem", "ca.key"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class WindowCa:
    """Where it is, and the file with its certificate."""

    directory: str
    bundle: str


@contextlib.contextmanager
def running(home: Path) -> Iterator[WindowCa]:
    """The CA in a process of its own."""
    command = [sys.executable, str(Path(__file__)), str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield WindowCa(f"https://127.0.0.1:{port}/directory", str(home / CERTIFICATE))
        finally:
            process.kill()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body would wait for each other's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1
    answers: tuple[bytes, bytes] = (b"", b"")

    def do_GET(self) -> None:
        directory, window = self.answers
        body = directory if self.path == "/directory" else window
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "21600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Nothing is logged."""


def _material(home: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - DAY).not_valid_after(now + DAY)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home / CERTIFICATE).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (home / KEY).write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / CERTIFICATE, home / KEY)
    return context


def main() -> int:
    context = _material(Path(sys.argv[1]))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_address[1]}"
    now = datetime.datetime.now(datetime.timezone.utc)
    start, end = ((now + days * DAY).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (40, 42))
    window = {"suggestedWindow": {"start": start, "end": end}}
    directory = {name: f"{url}/{name}" for name in ("newNonce", "newAccount", "newOrder", "renewalInfo")}
    _Handler.answers = json.dumps(directory).encode(), json.dumps(window).encode()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
