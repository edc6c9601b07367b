# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.clients import certbot

CONF = """version = 5.6.0
autorenew = False
[renewalparams]
server = https://acme-v02.api.letsencrypt.org/directory
renew_hook = "/opt/upload.sh $(id)"
[[webroot_map]]
server = https://evil.example
[acme_renewal_info]
server = https://other.example
"""


def test_only_the_renewal_parameters_count() -> None:
    lineage = certbot.parsed(CONF)
    assert lineage.directory == "letsencrypt"
    assert lineage.renews
    assert lineage.hooks()[0].startswith("certbot runs renew_hook = /opt/upload.sh $(id)")


@pytest.mark.parametrize(
    ("server", "directory"),
    [
        ("https://acme-v01.api.letsencrypt.org/directory", "letsencrypt"),
        ("https://acme.zerossl.com/v2/DV90", "zerossl"),
        ("https://ca.internal/acme", "https://ca.internal/acme"),
        ("http://plain.example", None),
        ("", None),
    ],
)
def test_the_ca_is_named_if_it_is_known(server: str, directory: str | None) -> None:
    assert certbot.parsed(f"[renewalparams]\nserver = {server}\n").directory == directory


def test_the_newest_version_of_which_all_four_files_exist_is_whole() -> None:
    kinds = ("cert", "chain", "fullchain", "privkey")
    names = [f"{kind}{number}.pem" for number in (1, 2, 10) for kind in kinds]
    assert certbot.newest(names)["privkey.pem"] == "privkey10.pem"
    assert certbot.newest([name for name in names if name != "privkey10.pem"])["privkey.pem"] == "privkey2.pem"
    assert certbot.newest(["cert1.pem", "../privkey1.pem"]) == {}


def test_the_switch_is_one_line_and_taking_it_out_leaves_the_rest_as_it_was() -> None:
    text = "version = 5.6.0\n[renewalparams]\naccount = a\n"
    off = certbot.switched(text, False)
    assert not certbot.parsed(off).renews
    assert certbot.switched(off, False) == off
    assert certbot.switched(off, True) == text
    assert not certbot.parsed(certbot.switched("version = 1\n", False)).renews


def test_of_a_hook_200_characters_are_shown() -> None:
    for length, shown in ((200, "x" * 200), (201, "x" * 192 + " … (cut)")):
        (hook,) = certbot.parsed(f"[renewalparams]\nrenew_hook = {'x' * length}\n").hooks()
        assert hook.startswith(f"certbot runs renew_hook = {shown}, which ends")
