# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import plugin_bundles

ROOT = "tmp/certbot/config/archive/ssl/"
FILES = {f"{ROOT}{kind}1.pem": f"{kind} text\n" for kind in ("cert", "chain", "fullchain", "privkey")}


def packed(files: dict[str, str], **links: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        for name, target in links.items():
            member = tarfile.TarInfo(f"{ROOT}{name}1.pem")
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return buffer.getvalue()


def test_four_files_are_taken_by_their_exact_names() -> None:
    others = {"tmp/certbot/config/accounts/x/private_key.json": "{}", f"../{ROOT}privkey1.pem": "evil", "cert.pem": "x"}
    found = plugin_bundles.unpacked(packed({**FILES, **others}))
    assert (found.cert, found.privkey, found.manifest) == ("cert text\n", "privkey text\n", None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a readable"),
        (b"no archive", "not a readable"),
        (packed(FILES)[:-20], "not a readable"),
        (packed({}), "missing or empty"),
        (packed({name: text for name, text in FILES.items() if "privkey" not in name}), "privkey.pem missing"),
        (
            packed({name: text for name, text in FILES.items() if "privkey" not in name}, privkey="/etc/shadow"),
            "not a plain file",
        ),
        (packed({**FILES, f"{ROOT}privkey1.pem": "x" * (2 << 20)}), "has more than"),
        (gzip.compress(b"\0" * (80 << 20)), "has more than"),
        (packed({f"f{number}": "" for number in range(3000)}), "more than 2000 files"),
        (b"x" * (17 << 20), "larger than"),
    ],
    ids=["empty", "text", "cut off", "no files", "no key", "link", "huge member", "bomb", "many", "large"],
)
def test_what_is_no_bundle_says_why_and_quotes_nothing(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        plugin_bundles.unpacked(content)
    assert len(str(caught.value)) < 200
