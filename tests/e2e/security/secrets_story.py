# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Success and each failure of a project, with everything on that writes, and what key material looks like in what was
written."""

from __future__ import annotations

import base64
import io
import json
import os
import stat
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from e2e.life import STAYS, Life
from playbook_runs.runs import Ansible, Run, environment
from sandbox.process import SandboxProcess

HMAC_KEY = base64.urlsafe_b64encode(b"an HMAC key of a CA's account, 32").decode().rstrip("=")
DNS_SECRET = "the secret key of whoever has the zones"
FAILURES = (
    ("the CA fails", "acme", "finalize", "error_500"),
    ("the upload fails", "iam", "UploadServerCertificate", "access_denied"),
    ("the upload fails", "iam", "UploadServerCertificate", "malformed"),
    ("the rebind fails", "cloudfront", "UpdateDistribution", "access_denied"),
)
# A line of Base64 in PEM has 64 characters; what is shorter may occur by chance.
SHORTEST = 20

# Everything that a run registers, shown, kept as facts and published.
EXPOSING = """
- name: Run the role and show all that it knows afterwards
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    known: >-
      {{ [__project_taken, __project_issued, __project_stored, __project_bound,
      __project_recorded, project_result] }}
  tasks:
    - name: Run the role
      ansible.builtin.include_role:
        name: certops.cloudfront.project
        tasks_from: reissue
    - name: Keep it as facts
      ansible.builtin.set_fact:
        everything: "{{ known }}"
        cacheable: true
    - name: Publish it
      ansible.builtin.set_stats:
        data:
          everything: "{{ known }}"
    - name: Show it
      ansible.builtin.debug:
        var: known
"""


@dataclass
class Witness:
    """Runs playbooks with everything on that writes, and keeps what was written."""

    home: Path
    ansible: Ansible
    archive: Path
    arguments: tuple[str, ...]
    said: dict[str, str] = field(default_factory=dict)

    def play(self, life: Life, title: str, name: str, *arguments: str, **variables: Any) -> Run:
        """One playbook; its secrets come from a file that is not among what is searched."""
        run = life.play(name, "-vvvv", "--diff", "-e", f"@{self.secrets()}", *self.arguments, *arguments, **variables)
        self.said[f"{title}: stdout"], self.said[f"{title}: stderr"] = run.stdout, run.stderr
        return run

    def secrets(self) -> Path:
        path = self.home.parent / "secrets.json"
        dns = {"access_key": self.ansible.env["AWS_ACCESS_KEY_ID"], "secret_key": DNS_SECRET}
        path.write_text(
            json.dumps({"project_acme_eab_kid": "kid", "project_acme_eab_hmac_key": HMAC_KEY, "project_dns_aws": dns}),
            encoding="utf-8",
        )
        return path

    def written(self) -> Iterator[tuple[str, str]]:
        """What every run said, and every file in the home but those of the archive."""
        yield from self.said.items()
        for path in sorted(self.home.rglob("*")):
            if path.is_file() and self.archive not in path.parents:
                yield str(path.relative_to(self.home)), path.read_bytes().decode("utf-8", "replace")


def recording(exports: dict[str, str], home: Path, json_output: bool) -> dict[str, str]:
    """The environment that turns everything on that writes."""
    kept = home / "written"
    for name in ("facts", "junit", "tree", "plays", "tmp"):
        (kept / name).mkdir(parents=True)
    return {
        **environment(exports, home),
        "TMPDIR": str(kept / "tmp"),
        "ANSIBLE_LOG_PATH": str(kept / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(kept / "facts"),
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json" if json_output else "ansible.builtin.default",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_CALLBACKS_ENABLED": (
            "ansible.posix.profile_tasks,ansible.builtin.junit,ansible.builtin.tree,community.general.log_plays"
        ),
        "ANSIBLE_CALLBACK_TREE_DIR": str(kept / "tree"),
        "ANSIBLE_LOG_FOLDER": str(kept / "plays"),
        "JUNIT_OUTPUT_DIR": str(kept / "junit"),
    }


def private_keys(archive: Path) -> list[str]:
    """The PEM of every private key in the archive: of bundles, unfinished orders and accounts."""
    found = []
    for path in archive.rglob("*"):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as bundle:
                found.append((bundle.extractfile("privkey.pem") or io.BytesIO()).read().decode())
        elif path.suffix == ".json":
            found += [
                value
                for name, value in json.loads(path.read_text(encoding="utf-8")).items()
                if "key" in name and "PRIVATE KEY" in str(value)
            ]
    return found


def forms(pem: str) -> set[str]:
    """What a private key looks like in text: the lines of its PEM, its DER and its secret numbers, in hexadecimal,
    decimal and Base64."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))
    if isinstance(key, rsa.RSAPrivateKey):
        secret = key.private_numbers()
        numbers = [secret.d, secret.p, secret.q, secret.dmp1, secret.dmq1, secret.iqmp]
    else:
        numbers = [key.private_numbers().private_value]
    pkcs8 = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    traditional = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    blobs = [pkcs8, traditional, *(number.to_bytes((number.bit_length() + 7) // 8, "big") for number in numbers)]
    # The first bytes of DER say which kind of key it is, so its first line is the same in every key; the last line is
    # short.
    # A line that lies wholly in the public key is no secret: the certificate has the same bytes, now and then at the
    # same offset.
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    lines = [line for line in pem.splitlines()[2:-1] if len(line) >= SHORTEST and base64.b64decode(line) not in public]
    texts = {
        form
        for blob in blobs
        for form in (blob.hex(), base64.b64encode(blob).decode(), base64.urlsafe_b64encode(blob).decode().rstrip("="))
    }
    return {
        *lines,
        *texts,
        *(text.upper() for text in texts if text.isalnum() and text == text.lower()),
        *(str(number) for number in numbers),
    }


def needles(archive: Path, env: Mapping[str, str]) -> dict[str, str]:
    """What must not be found, with what it is."""
    pems = private_keys(archive)
    assert len(pems) >= 2, "the keys of an account and of bundles"
    found = {form: f"private key {number}" for number, pem in enumerate(pems) for form in forms(pem)}
    raw = base64.urlsafe_b64decode(HMAC_KEY + "==")
    found |= dict.fromkeys((HMAC_KEY, raw.hex(), base64.b64encode(raw).decode()), "HMAC key")
    return found | {
        "PRIVATE KEY": "the title of a private key",
        DNS_SECRET: "secret key for the zones",
        env["AWS_SECRET_ACCESS_KEY"]: "secret key",
    }


def replace_key(bundle: Path, pem: str) -> None:
    """Put another private key into an archived bundle."""
    with tarfile.open(bundle) as source:
        files = {member.name: (source.extractfile(member) or io.BytesIO()).read() for member in source.getmembers()}
    files["privkey.pem"] = pem.encode()
    with tarfile.open(bundle, "w:gz") as target:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))


def other_interpreter(tmp_path: Path) -> str:
    """This interpreter by another name, so that modules run in processes of their own."""
    (tmp_path / "same").symlink_to(sys.prefix, target_is_directory=True)
    return str(tmp_path / "same" / "bin" / Path(sys.executable).name)


class Story:
    """What happens to one project, with a witness: failures, success, damage, the end."""

    def __init__(self, sandbox: SandboxProcess, tmp_path: Path, own_process: bool) -> None:
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        self.control = sandbox.control
        self.ansible = Ansible(recording(sandbox.env(), home, json_output=own_process), home)
        self.life = Life(self.ansible, self.control, {}, sandbox.env())
        self.archive = self.life.data / "certops" / "archive"
        self.arguments = ("-e", f"ansible_python_interpreter={other_interpreter(tmp_path)}") if own_process else ()
        self.witness = Witness(home, self.ansible, self.archive, self.arguments)
        self.exposing = tmp_path / "exposing.yml"
        self.exposing.write_text(EXPOSING, encoding="utf-8")
        self.certificate, self.other_key, self.chain = sandbox.issue_foreign(["example.com"])

    def fails(self, title: str, says: str, name: str = "create", **variables: Any) -> None:
        assert says in self.witness.play(self.life, title, name, **variables).failed().output, title
        self.control.clear_faults()

    def tell(self, short: bool = False) -> Story:
        """All of it, or a part that takes a quarter of the time, under the worst umask."""
        before = os.umask(0)
        try:
            self.failures(FAILURES[1:2] if short else FAILURES)
            self.success()
            if not short:
                self.damage()
                self.end()
            self.paste()
        finally:
            os.umask(before)
        self.witness.said |= {
            "outbox of SNS": json.dumps(self.control.outbox()),
            "call log": json.dumps(self.control.calls()),
        }
        return self

    def failures(self, kinds: Sequence[tuple[str, str, str, str]]) -> None:
        self.fails("bad input", "renewal_interval_days", project_renewal_interval_days=90)
        for title, service, operation, kind in kinds:
            self.control.fault(service, operation, kind, count=50)
            self.fails(f"{title}: {kind}", operation)
        if kinds != FAILURES:
            return
        self.control.fault("sns", "Publish", "access_denied", count=50)
        assert "sns:Publish" in self.witness.play(self.life, "the notice fails", "create").succeeded().output
        self.control.clear_faults()

    def success(self) -> None:
        """A check, and a reissue that shows, keeps and publishes all that is registered."""
        self.control.confirm(STAYS)
        self.witness.play(self.life, "check", "reissue", "--check").succeeded()
        self.witness.play(self.life, "success", str(self.exposing), **self.life.variables).succeeded()

    def damage(self) -> None:
        """What is in the archive is damaged."""
        bundle = Path(self.life.document()["certificate"]["archive_uri"].removeprefix("file://"))
        whole = bundle.read_bytes()
        bundle.write_bytes(whole[: len(whole) // 2])
        self.fails("the bundle is damaged", bundle.name)
        bundle.write_bytes(whole)
        replace_key(bundle, self.other_key)
        self.fails("the key does not match", bundle.name)
        bundle.write_bytes(whole)
        account = next((self.archive / "accounts").glob("*.json"))
        whole = account.read_bytes()
        account.write_bytes(whole[: whole.index(b"PRIVATE KEY") + 120])
        self.fails("the account is damaged", account.name, "reissue")
        account.write_bytes(whole)

    def paste(self) -> None:
        """A key is given to the wrong certificate by hand."""
        pasted = {
            "name": "pasted",
            "certificate": self.certificate,
            "private_key": private_keys(self.archive)[0],
            "chain": self.chain,
        }
        run = self.ansible.run(
            "ansible",
            "localhost",
            "-m",
            "certops.cloudfront.iam_server_cert",
            "-a",
            json.dumps(pasted),
            "-vvvv",
            *self.arguments,
        ).failed()
        self.witness.said |= {"a pasted key: stdout": run.stdout, "a pasted key: stderr": run.stderr}

    def end(self) -> None:
        self.witness.play(self.life, "cleanup", "cleanup").succeeded()
        self.life.give_up()
        self.witness.play(self.life, "delete", "delete").succeeded()

    # Judging

    def leaks(self) -> list[str]:
        """What was found where it must not be."""
        secrets = {
            **needles(self.archive, self.ansible.env),
            **dict.fromkeys(forms(self.other_key), "the other private key"),
        }
        return sorted(
            {
                f"{what} in {where}"
                for where, text in self.witness.written()
                for needle, what in secrets.items()
                if needle in text
            }
        )

    def open_to_others(self) -> dict[str, str]:
        """Files and directories of the store and the archive that somebody else could read, with their modes."""
        roots = (self.archive, self.life.data / "certops" / "store")
        found = {path: oct(stat.S_IMODE(path.stat().st_mode)) for root in roots for path in [root, *root.rglob("*")]}
        return {str(path): mode for path, mode in found.items() if mode != ("0o700" if path.is_dir() else "0o600")}
