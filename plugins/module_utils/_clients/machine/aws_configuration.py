# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's AWS configuration: whose credentials are meant, and what is said when botocore cannot use them.

botocore reads AWS_PROFILE and ~/.aws whenever it looks at anything, so no session does at import.
"""

from __future__ import annotations

import contextlib
import functools
import os
import typing as t
from datetime import datetime

from ..._core.values import texts
from ..._errors import ConfigError
from . import user

try:
    import botocore.exceptions
    import botocore.loaders
    import botocore.session
    import botocore.utils
    from botocore.exceptions import (
        BotoCoreError,
        ConfigNotFound,
        ConfigParseError,
        CredentialRetrievalError,
        InvalidConfigError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
        SSOError,
        TokenRetrievalError,
        UnknownCredentialError,
    )
except ImportError:
    PROBLEMS: tuple[type[Exception], ...] = ()  # the module's edge reports the missing library
else:
    PROBLEMS = (
        ConfigNotFound,
        ConfigParseError,
        CredentialRetrievalError,
        InvalidConfigError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
        SSOError,
        TokenRetrievalError,
        UnknownCredentialError,
    )

NO_CREDENTIALS = "set profile, access_key and secret_key, or the AWS_* environment variables"
LONGEST_QUOTE = 300
# Where the options of a module that are not given come from: amazon.aws's modules.py, _aws_common_argument_spec.
_VARIABLES = {
    "profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "access_key": ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"),
    "session_token": ("AWS_SESSION_TOKEN",),
}
_KEYS = ("access_key", "secret_key", "session_token")
# From botocore.session.SESSION_VARIABLES: config key, environment variable, default, conversion.
_UNREAD, _UNSET = (None, None, os.devnull, None), (None, None, None, None)
_FILES = {"config_file": "AWS_CONFIG_FILE", "credentials_file": "AWS_SHARED_CREDENTIALS_FILE"}
_DEFAULT_FILES = {"config_file": "~/.aws/config", "credentials_file": "~/.aws/credentials"}


@functools.cache
def descriptions() -> t.Any:
    """botocore's descriptions of the services, read once for this process and its forks; a session would have its
    own."""
    return botocore.loaders.create_loader(os.environ.get("AWS_DATA_PATH"))


@functools.cache
def prepared() -> list[t.Any]:
    """One session at most, made for this process and its forks, for the first that each of them needs: to make one
    takes ten milliseconds of CPU time. It has looked at nothing yet."""
    return [botocore.session.Session(session_vars={})]


def settled(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The connection options with one identity: what a task gives comes before the environment, and never half of one
    with half of the other; ConfigError if they say two."""
    found = {**params}
    keys_given, profile_given = (_is_given(found, name) for name in ("access_key", "profile"))
    if keys_given and _is_inherited(found, "session_token"):
        found["session_token"] = None
    if not found.get("profile") or not any(found.get(name) for name in _KEYS):
        return found
    if keys_given == profile_given:
        where = "as options" if keys_given else "in the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID)"
        raise ConfigError(
            [f"a profile and an access key are both set {where}, and may be two identities; set only one"]
        )
    return {**found, **dict.fromkeys(("profile",) if keys_given else _KEYS)}


def session(params: t.Mapping[str, t.Any]) -> t.Any:
    """A botocore session for these options, whose configuration can be read; ConfigError otherwise. Keys that are given
    need no configuration, so none that is broken matters to them."""
    with usable(params):
        made = _session({})
        if params.get("profile"):
            made.set_config_variable("profile", params["profile"])
        try:
            made.get_scoped_config()
        except ProfileNotFound:
            if not _is_given(params, "access_key"):
                raise
            return _session({"profile": _UNSET})
        except BotoCoreError:
            if not _is_given(params, "access_key"):
                raise
            return _session({"profile": _UNSET, **dict.fromkeys(_FILES, _UNREAD)})
        return made


def _session(variables: dict[str, t.Any]) -> t.Any:
    made = botocore.session.Session(session_vars=variables) if variables else _unused_session()
    made.register_component("data_loader", descriptions())
    made.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    return made


def _unused_session() -> t.Any:
    with contextlib.suppress(IndexError):
        return prepared().pop()
    return botocore.session.Session(session_vars={})


def _moment(value: t.Any) -> datetime:
    """A time of an answer; botocore's own parser, which takes every form, takes longer than the rest of a listing."""
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        moment = datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith("Z") else value)
        if moment.tzinfo is not None:
            return moment
    return t.cast("datetime", botocore.utils.parse_timestamp(value))


@contextlib.contextmanager
def usable(params: t.Mapping[str, t.Any]) -> t.Iterator[None]:
    """Inside, what botocore and the programs that it calls say of a configuration becomes a ConfigError that names
    profile and files."""
    try:
        yield
    except (BotoCoreError, OSError, ValueError) as exc:
        raise ConfigError([problem(exc, params.get("profile"))]) from None


def problem(exc: Exception, profile: str | None = None) -> str:
    """What is wrong with the configuration, where, and what to do."""
    found = _cut(str(exc)) or type(exc).__name__
    if isinstance(exc, NoCredentialsError):
        return f"no AWS credentials: {NO_CREDENTIALS}"
    inherited = next((name for name in _VARIABLES["profile"] if os.environ.get(name)), None)
    name = profile or (os.environ[inherited] if inherited else None)
    source = f" (from {inherited})" if inherited and name == os.environ[inherited] else ""
    about = f"profile {texts.quoted(_cut(name))}{source}" if name else "the default profile"
    if isinstance(exc, ProfileNotFound):
        remedy = f"it is in neither {' nor '.join(_files())}; correct the name, or set access_key and secret_key"
        return f"AWS {about} does not exist: {remedy}"
    if isinstance(exc, (ConfigParseError, ConfigNotFound)):
        return f"AWS configuration: {found}; correct the file, or name another by {' or '.join(_FILES.values())}"
    return f"AWS configuration, {about}: {found}; correct it in {' or '.join(_files())}, or {NO_CREDENTIALS}"


def _files() -> list[str]:
    return [
        str(user.expanded(os.path.expandvars(os.environ.get(variable) or _DEFAULT_FILES[name])))
        for name, variable in _FILES.items()
    ]


def _is_given(params: t.Mapping[str, t.Any], name: str) -> bool:
    return bool(params.get(name)) and not _is_inherited(params, name)


def _is_inherited(params: t.Mapping[str, t.Any], name: str) -> bool:
    """Whether the option has its value from the environment, as far as can be seen."""
    value = params.get(name)
    return bool(value) and value in {os.environ.get(variable) for variable in _VARIABLES[name]}


def _cut(text: str) -> str:
    """What others said, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_QUOTE]
