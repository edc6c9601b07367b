# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a playbook otherwise than as plain text reaches a module as text, also a module that runs inside the
controller's worker."""

from __future__ import annotations

from playbook_runs.runs import Ansible

PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Name a time that no key can be from
      certops.cloudfront.acme_account:
        acme_eab_kid: kid-1
        acme_eab_hmac_key: {secret}
        key_since: 2999-01-01T00:00:00Z
"""


def play(ansible: Ansible, secret: str) -> str:
    """What is said of a playbook with this HMAC key; no service is asked before a time in the future is refused."""
    path = ansible.home / "play.yml"
    path.write_text(PLAY.format(secret=secret), encoding="utf-8")
    password = ansible.home / "password"
    return (
        ansible.playbook(str(path), env={"ANSIBLE_VAULT_PASSWORD_FILE": str(password)} if password.exists() else None)
        .failed()
        .output
    )


def test_a_time_without_quotes_is_a_time(ansible: Ansible) -> None:
    said = play(ansible, "c2VjcmV0")
    assert "key_since: 2999-01-01T00:00:00Z is in the future" in said
    assert "Traceback" not in said


def test_a_secret_may_come_from_a_vault(ansible: Ansible) -> None:
    (ansible.home / "password").write_text("open sesame\n", encoding="utf-8")
    env = {"ANSIBLE_VAULT_PASSWORD_FILE": str(ansible.home / "password")}
    sealed = {
        text: ansible.run("ansible-vault", "encrypt_string", text, env=env).succeeded().stdout.strip()
        for text in ("c2VjcmV0", "no base64url!")
    }
    assert "key_since: 2999-01-01T00:00:00Z is in the future" in play(ansible, sealed["c2VjcmV0"])
    refused = play(ansible, sealed["no base64url!"])
    assert "acme_eab_hmac_key: is not base64url" in refused
    assert "no base64url!" not in refused
