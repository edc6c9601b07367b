# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m sandbox`: keeps a sandbox up until it is interrupted, and says how to use it from another shell."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

# What is slow to start is not asked of AWS here, and the default of botocore would look on the network.
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="AWS, an ACME CA, DNS and a TLS edge on loopback, in memory."
    )
    parser.add_argument(
        "--region",
        default="us-east-1",
        help="region that is exported; cn-north-1 makes it the China partition (default: %(default)s)",
    )
    for name, what in (("aws", "AWS and control"), ("acme", "ACME"), ("dns", "DNS"), ("edge", "the TLS edge")):
        parser.add_argument(
            f"--port-{name}", type=int, default=0, metavar="PORT", help=f"port of {what} (default: any free one)"
        )
    parser.add_argument("--seed", action="store_true", help="make two zones and three distributions")
    for name in ("pebble", "caddy"):
        parser.add_argument(
            f"--{name}",
            dest="authority",
            action="store_const",
            const=name,
            default="acme2certifier",
            help=f"use {name} (Debian's package) as the CA",
        )
    parser.add_argument(
        "--shell",
        action="store_true",
        help="export for a person's shell: also PATH, and a store and archive that end with the sandbox",
    )
    parser.add_argument(
        "--env-file", type=Path, metavar="PATH", help="write the export lines here, too; removed at the end"
    )
    parser.add_argument(
        "--validity-days",
        type=float,
        default=90,
        metavar="DAYS",
        help="lifetime of certificates without a profile (default: %(default)s)",
    )
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME=DAYS",
        help="a certificate profile; the first replaces the default ones",
    )
    parser.add_argument(
        "--eab",
        action="append",
        default=[],
        metavar="KID=HMAC",
        help="require external account binding with this key (base64url)",
    )
    parser.add_argument(
        "--ari-window",
        default="66.6:43200",
        metavar="PERCENT:SECONDS",
        help="where in its life a certificate is to be renewed",
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    return parser.parse_args()


def _pairs(values: list[str], what: str) -> dict[str, str]:
    pairs = dict(value.partition("=")[::2] for value in values)
    if not all(key and value for key, value in pairs.items()):
        sys.exit(f"{what} wants NAME=VALUE, got {values}")
    return pairs


def _setup(arguments: argparse.Namespace) -> object:
    from sandbox.ca.backend import DEFAULT_PROFILES, Options, Profile

    from .server import Ports, Setup

    profiles = {
        name: Profile(f"{days} days", float(days)) for name, days in _pairs(arguments.profile, "--profile").items()
    }
    percent, dummy, seconds = arguments.ari_window.partition(":")
    options = Options(
        days=arguments.validity_days,
        profiles=profiles or dict(DEFAULT_PROFILES),
        eab=_pairs(arguments.eab, "--eab"),
        renewal_threshold_percent=float(percent),
        renewal_window_seconds=int(seconds or 43200),
    )
    ports = Ports(arguments.port_aws, arguments.port_acme, arguments.port_dns, arguments.port_edge)
    return Setup(ports, options, arguments.authority)


def _exports(env: dict[str, str]) -> list[str]:
    from .environment import FOREIGN

    return [f"unset {' '.join(FOREIGN)}", *(f"export {name}={shlex.quote(value)}" for name, value in env.items())]


def _shell_exports(data_home: str) -> list[str]:
    """Ansible of this virtual environment, and a place for the default store and archive."""
    programs = shlex.quote(str(Path(sys.prefix) / "bin"))
    return [f'export PATH={programs}:"$PATH"', f"export XDG_DATA_HOME={shlex.quote(data_home)}"]


def main() -> int:
    started = time.monotonic()
    arguments = _arguments()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    if arguments.with_parent:
        from .process import die_with_parent

        die_with_parent()
    from .server import Sandbox

    with Sandbox(_setup(arguments)) as sandbox, tempfile.TemporaryDirectory(prefix="certops-sandbox-") as data_home:
        env = sandbox.env(arguments.region)
        lines = _exports(env) + (_shell_exports(data_home) if arguments.shell else [])
        if arguments.env_file:
            arguments.env_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            print(f"# certops.cloudfront sandbox: AWS {sandbox.aws_url}, ACME {sandbox.acme_directory},")
            print(f"# DNS {sandbox.dns_address}, TLS edge {sandbox.edge_address}. Paste into another shell:")
            print("\n".join(lines))
            if arguments.seed:
                from .seed import playground

                print("\n".join(f"# {line}" for line in playground(env)))
            print(f"# started in {time.monotonic() - started:.1f} s; stop with Ctrl-C")
            print("# ready", flush=True)
            stopped.wait()
        finally:
            if arguments.env_file:
                arguments.env_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
