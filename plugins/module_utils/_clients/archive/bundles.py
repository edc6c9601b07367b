# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles on disk and in the archive: a directory of five files, or the same five in one .tar.gz."""

from __future__ import annotations

import errno
import gzip
import io
import os
import tarfile
import typing as t
import zlib
from pathlib import Path

from ..._core.certificate.bundle import FILES, PRIVKEY, Bundle, bundle_keys, from_texts
from ..._core.values import texts
from ..._errors import CertError, ConfigError, RemoteError
from ..machine import private_files, user
from ..stores.base import Archive

# A bundle of 100 names with a long chain is below 100 kB; anything much larger is not a bundle.
MAX_FILE_BYTES = 4 * 1024 * 1024
# Of the archive when it is decompressed; a bundle has five files.
MAX_TAR_BYTES, MAX_MEMBERS = 8 * 1024 * 1024, 20
# What tarfile raises over bytes that are no archive: headers that refer to each other are read by recursion.
_UNREADABLE_TAR = (tarfile.TarError, zlib.error, EOFError, OSError, UnicodeError, OverflowError, RecursionError)
_SUFFIX = ".tar.gz"
# So many bundles are named where one does not exist.
NAMED = 10
# From the URI of an object in an archive to its bytes, or None if it is gone; _clients.stores.open.archived is one.
ReadArchived = t.Callable[[str], "bytes | None"]


def read(reference: str, archived: ReadArchived | None = None) -> Bundle:
    """The bundle at ``reference``: a directory, or the path, file:// or, with ``archived``, s3:// URI of a .tar.gz;
    ConfigError if it cannot be used."""
    if archived is not None and reference.startswith("s3://"):
        content = archived(reference)
        if content is None:
            folder = reference.rpartition("/")[0]
            raise ConfigError(
                [f"bundle {reference}: the object does not exist; aws s3 ls {folder}/ lists those that do"]
            )
        return unpack(content, reference)
    path = user.expanded(_local_path(reference))
    try:
        if path.is_dir():
            return from_texts(_directory_texts(path))
        content = private_files.read(path, follow=True)
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return unpack(content, reference)
    except RemoteError as exc:
        raise ConfigError([f"bundle {texts.cleaned(reference)}: {exc.message}"]) from exc
    except (OSError, UnicodeError) as exc:
        raise ConfigError(
            [
                (
                    f"bundle {reference}: cannot be read ({_why(exc)}); use a directory with cert.pem and privkey.pem,"
                    f" or a bundle's .tar.gz{_beside(path)}"
                )
            ]
        ) from exc
    except ValueError as exc:
        raise ConfigError([f"bundle {reference}: {exc}"]) from exc


def _beside(path: Path) -> str:
    """The bundles that exist where one was looked for, the newest first."""
    try:
        names = sorted((one.name for one in path.parent.glob(f"*{_SUFFIX}")), reverse=True)
    except OSError:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    found = ", ".join(texts.cleaned(name.removesuffix(_SUFFIX), texts.LONGEST_QUOTE) for name in names[:NAMED])
    return f"; there are {found}{more}" if found else ""


def unpack(content: bytes, reference: str) -> Bundle:
    """The bundle in the bytes of a .tar.gz; ``reference`` names it in errors."""
    try:
        with tarfile.open(fileobj=io.BytesIO(_decompressed(content)), mode="r:") as tar:
            return from_texts(_tar_texts(tar))
    except _UNREADABLE_TAR as exc:
        raise ConfigError([f"bundle {reference}: not a readable .tar.gz ({_why(exc)})"]) from exc
    except ValueError as exc:
        raise ConfigError([f"bundle {reference}: {exc}"]) from exc


def newest(archive: Archive, keys: t.Iterable[str], project: str) -> tuple[str, Bundle] | None:
    """The URI and the content of the project's newest bundle among these keys of the archive; None without one,
    ConfigError if it is damaged."""
    key = next(iter(bundle_keys(keys, project)), None)
    if key is None:
        return None
    uri = archive.uri_of(key)
    return uri, unpack(archive.get(key) or b"", uri)


def pack(bundle: Bundle) -> bytes:
    """The bundle as a .tar.gz; equal bundles give equal bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for name, text in bundle.texts().items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            member.mode = _mode(name)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def is_kept_in(directory: str, bundle: Bundle) -> bool:
    """Whether the directory holds exactly this bundle, with a private key that only the owner can read."""
    root = Path(directory)
    try:
        if _directory_texts(root) != bundle.texts():
            return False
        return not (root / PRIVKEY).stat().st_mode & 0o077
    except (CertError, OSError, UnicodeError):
        return False


def keep_in(directory: str, bundle: Bundle) -> None:
    """Write the five files into the directory, each atomically, the manifest last: its checksums tell whether the rest
    is complete."""
    root = Path(directory)
    try:
        for name, text in bundle.texts().items():
            private_files.replace(root / name, text.encode(), _mode(name))
    except CertError as exc:
        raise CertError(
            f"{exc.message}; the bundle is safe in the archive, and the next run writes it to dest"
        ) from exc


def directory_problem(option: str, directory: str) -> str | None:
    """Why the directory that ``option`` names cannot be written into, as far as can be told without writing; None if it
    can."""
    problem = private_files.directory_problem(Path(directory))
    return f"{option}: {problem}" if problem else None


def _local_path(reference: str) -> str:
    scheme, separator, rest = reference.partition("://")
    if not separator:
        return reference
    if scheme == "file" and rest.removeprefix("localhost").startswith("/"):
        return rest.removeprefix("localhost")
    raise ConfigError([f"bundle {reference}: only directories, paths, file:// and s3:// URIs of a .tar.gz can be read"])


def _directory_texts(root: Path) -> dict[str, str]:
    """The files of a bundle; links are followed, since certbot's directory of a certificate is made of them."""
    found = {name: private_files.read(root / name, follow=True) for name in FILES}
    return {name: content.decode("utf-8") for name, content in found.items() if content is not None}


def _decompressed(content: bytes) -> bytes:
    """The .tar in a .tar.gz, of which no more is made than a bundle can have."""
    found = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, MAX_TAR_BYTES + 1)
    if len(found) > MAX_TAR_BYTES:
        raise ValueError(f"contains more than {MAX_TAR_BYTES >> 20} MB, which does not belong in a bundle")
    return found


def _tar_texts(tar: tarfile.TarFile) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, member in enumerate(tar, 1):
        is_ours = member.isfile() and member.name in FILES and member.size <= MAX_FILE_BYTES
        content = tar.extractfile(member) if is_ours and number <= MAX_MEMBERS else None
        if content is None:
            raise ValueError(f"contains {texts.quoted(member.name)}, which does not belong in a bundle")
        found[member.name] = content.read().decode("utf-8")
    return found


def _mode(name: str) -> int:
    return 0o600 if name == PRIVKEY else 0o644


def _why(exc: Exception) -> str:
    # a decoding error's own text would quote the content, which may be a key
    if isinstance(exc, UnicodeError):
        return "not UTF-8 text"
    return getattr(exc, "strerror", None) or type(exc).__name__
