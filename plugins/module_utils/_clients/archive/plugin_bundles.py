# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles as the SSL Plugin archives them: certbot's whole directory in one .tar.gz. Four plain files of it are taken,
by their exact names; no link is followed, nothing is written to disk."""

from __future__ import annotations

import io
import tarfile
import typing as t
import zlib

from ..._core.certificate.bundle import CERT, CHAIN, FULLCHAIN, PRIVKEY, Bundle, from_texts

# A packed directory of certbot has less than 100 kB; what is much larger is not one.
MAX_PACKED_BYTES = 16 * 1024 * 1024
MAX_MEMBER_BYTES = 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 2000
_ROOT = "tmp/certbot/config/archive/ssl/"
_MEMBERS = {f"{_ROOT}{name.replace('.pem', '1.pem')}": name for name in (CERT, CHAIN, FULLCHAIN, PRIVKEY)}


def unpacked(content: bytes) -> Bundle:
    """The bundle, without a manifest; ValueError that quotes no content if there is none in the archive."""
    if len(content) > MAX_PACKED_BYTES:
        raise ValueError(f"it is larger than {MAX_PACKED_BYTES} bytes")
    try:
        return from_texts(_texts(_inflated(content)))
    except (tarfile.TarError, zlib.error, EOFError, OSError) as exc:
        raise ValueError(f"it is not a readable .tar.gz ({type(exc).__name__})") from None
    except UnicodeError:
        raise ValueError("a file in it is not UTF-8 text") from None


def _inflated(content: bytes) -> bytes:
    """The tar in the bytes; a small file may be a huge one when it is unpacked."""
    inflating = zlib.decompressobj(wbits=31)
    found = inflating.decompress(content, MAX_UNPACKED_BYTES)
    if inflating.unconsumed_tail:
        raise ValueError(f"it has more than {MAX_UNPACKED_BYTES} bytes")
    if not inflating.eof:
        raise EOFError
    return found


def _texts(content: bytes) -> dict[str, str]:
    texts: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        for count, member in enumerate(tar):
            if count >= MAX_MEMBERS:
                raise ValueError(f"it has more than {MAX_MEMBERS} files")
            name = _MEMBERS.get(member.name)
            if name is not None:
                texts[name] = _text(tar, member)
    return texts


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    if not member.isreg():
        raise ValueError(f"{member.name} is not a plain file")
    if member.size > MAX_MEMBER_BYTES:
        raise ValueError(f"{member.name} has more than {MAX_MEMBER_BYTES} bytes")
    stream = t.cast("t.IO[bytes]", tar.extractfile(member))
    return stream.read().decode("utf-8")
