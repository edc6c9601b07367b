# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the demo is played: a sandbox, the playbooks, and checks that are told as they are made."""

from __future__ import annotations

import collections
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import typing as t
from pathlib import Path

import boto3
from sandbox.process import SandboxProcess
from sandbox.seed import upload_certificate

from demo.clock.set_clock import AHEAD

BOLD, GREEN, RED, DIM, PLAIN = (
    ("\033[1m", "\033[32m", "\033[31m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("",) * 5
)
ROOT = Path(__file__).resolve().parents[2]


class StoryError(Exception):
    """The story did not go as told."""


class Stage:
    """One sandbox and one home directory for one telling."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = home / "certops" / "store"
        self.archive = home / "certops" / "archive"
        self.checks = 0
        self._chapter = 0
        self._sandbox = SandboxProcess()

    def __enter__(self) -> Stage:
        self._sandbox.start()
        self.control = self._sandbox.control
        self.env = {
            **os.environ,
            **self._sandbox.env(),
            "XDG_DATA_HOME": str(self.home),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_HOME": str(self.home / "ansible"),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "demo" / "clock"),
            "ANSIBLE_CALLBACKS_ENABLED": "set_clock",
            AHEAD: "0",
        }
        os.environ.update(self._sandbox.env())
        return self

    def __exit__(self, *_exc: object) -> None:
        self._sandbox.stop()

    # Telling

    def chapter(self, title: str) -> None:
        """Begin the next part of the story."""
        self._chapter += 1
        print(f"\n{BOLD}{self._chapter}. {title}{PLAIN}", flush=True)

    def say(self, text: str) -> None:
        """Tell something."""
        print(f"   {text}", flush=True)

    def fail(self, text: str) -> None:
        """Tell what is off."""
        print(f"   {RED}OFF: {text}{PLAIN}", flush=True)

    def expect(self, holds: bool, text: str) -> None:
        """Tell what must hold, or stop."""
        if not holds:
            raise StoryError(f"expected, but not true: {text}")
        self.checks += 1
        print(f"   {GREEN}✓{PLAIN} {text}", flush=True)

    # Acting

    def set_ahead(self, seconds: float) -> None:
        """Later: for AWS, and for the runs that follow."""
        self.control.advance(seconds)
        self.env[AHEAD] = str(seconds)

    def play(
        self,
        name: str,
        variables: dict[str, t.Any],
        changed: bool | None = None,
        check: bool = False,
        fails: bool = False,
    ) -> None:
        """Run a playbook of the collection as a user does, and check its exit status and whether it changed
        anything."""
        command = ["ansible-playbook", f"certops.cloudfront.{name}", *(["--check", "--diff"] if check else [])]
        if variables:
            command += ["-e", self._shown(variables)]
        print(f"   {DIM}$ {' '.join(command)}{PLAIN}", flush=True)
        command[0] = str(Path(sys.executable).with_name(command[0]))
        command[-1] = command[-1].replace("@", f"@{self.home}/")
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        if (done.returncode != 0) != fails:
            raise StoryError(f"{name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        total = sum(int(number) for number in re.findall(r"changed=(\d+)", done.stdout))
        for line in self._summary(done.stdout):
            self.say(line)
        if fails:
            self.expect(True, f"{name} was refused, exit status {done.returncode}")
        elif changed is not None:
            self.expect((total > 0) == changed, f"{name}: changed={total}")

    def _shown(self, variables: dict[str, t.Any]) -> str:
        """What stands after -e: a file for a definition, which is told when it is new."""
        if len(variables) == 1:
            return "".join(f"{key}={value}" for key, value in variables.items())
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in variables.items())
        path = self.home / f"{variables['project_name']}.yml"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"   {DIM}{path.name}:\n     {text.strip().replace(chr(10), chr(10) + '     ')}{PLAIN}", flush=True)
        return f"@{path.name}"

    @staticmethod
    def _summary(output: str) -> list[str]:
        told = output.rpartition("TASK [Report what was done and what failed")[2]
        found = re.search(r"\"msg\": \[\n(.*?)\n +\]", told, re.DOTALL)
        lines = [json.loads(line.strip().rstrip(",")) for line in found[1].splitlines()] if found else []
        return [line for line in lines if line]

    def use_default_certificate(self, distribution: str) -> None:
        """What an owner does who gives a distribution up."""
        cloudfront = boto3.client("cloudfront")
        answer = cloudfront.get_distribution_config(Id=distribution)
        config = answer["DistributionConfig"]
        config["Aliases"] = {"Quantity": 0}
        config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}
        cloudfront.update_distribution(Id=distribution, IfMatch=answer["ETag"], DistributionConfig=config)

    def orphan(self, project: str) -> None:
        """A certificate of ours that no record knows, as a run leaves it that was lost with its store."""
        path = f"/cloudfront/certops/{project}/"
        upload_certificate("orphan", ["shop.example"], path=path)
        tags = {"managed-by": "certops.cloudfront", "certops:project": project}
        boto3.client("iam").tag_server_certificate(
            ServerCertificateName="orphan", Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )
        self.say("IAM has a server certificate of ours that no record knows")

    def wait_deployed(self) -> None:
        """Until no distribution is being changed."""
        waiter = boto3.client("cloudfront").get_waiter("distribution_deployed")
        for item in boto3.client("cloudfront").list_distributions()["DistributionList"]["Items"]:
            waiter.wait(Id=item["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    # Looking

    def project(self, name: str) -> dict[str, t.Any]:
        """The project document."""
        return t.cast("dict[str, t.Any]", json.loads((self.store / f"{name}.json").read_text()))

    def certificate(self, name: str) -> dict[str, t.Any]:
        """The certificate in the project document."""
        return t.cast("dict[str, t.Any]", self.project(name)["certificate"])

    def server_certificates(self) -> list[str]:
        """The names of all server certificates of the account."""
        return sorted(
            item["ServerCertificateName"]
            for item in boto3.client("iam").list_server_certificates()["ServerCertificateMetadataList"]
        )

    def distribution_config(self, distribution: str) -> dict[str, t.Any]:
        """Configuration and ETag of a distribution."""
        answer = boto3.client("cloudfront").get_distribution_config(Id=distribution)
        return {"config": answer["DistributionConfig"], "etag": answer["ETag"]}

    def challenge_records(self) -> list[str]:
        """The names of all challenge records in all zones."""
        route53 = boto3.client("route53")
        names = []
        for zone in route53.list_hosted_zones()["HostedZones"]:
            records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
            names += [record["Name"] for record in records if record["Name"].startswith("_acme-challenge")]
        return names

    def mails(self, endpoint: str) -> list[str]:
        """The subjects of the notices that reached this address."""
        return [str(mail.get("subject") or "") for mail in self.control.outbox() if mail.get("endpoint") == endpoint]

    def served(self, name: str) -> str | None:
        """SHA-256 of the certificate that the edge serves for this name."""
        host, dummy, port = self.env["CERTOPS_EDGE_ADDRESS"].rpartition(":")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the fingerprint is what is looked at
        try:
            with (
                socket.create_connection((host, int(port)), timeout=60) as raw,
                context.wrap_socket(raw, server_hostname=name) as tls,
            ):
                return hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
        except ssl.SSLError:
            return None

    def expect_served(self, wanted: dict[str, dict[str, t.Any] | None]) -> None:
        """Look at the edge as a browser does."""
        for name, certificate in wanted.items():
            expected = certificate["fingerprint_sha256"] if certificate else None
            self.expect(
                self.served(name) == expected,
                f"https://{name} serves {certificate['name'] if certificate else 'no certificate yet'}",
            )

    def call_counts(self) -> dict[str, int]:
        """How many requests each service got."""
        return dict(collections.Counter(call["service"] for call in self.control.calls()))
