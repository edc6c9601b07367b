# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page in Chromium, by the DevTools protocol over two pipes: no driver and no port."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import typing as t
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
WHY_NONE = f"there is no browser: install Debian's chromium (looked for {', '.join(NAMES)})"
SECONDS = 60


def executable() -> str | None:
    """The browser of this machine; None if it has none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class BrowserError(Exception):
    """What the page or the browser refused."""


class Page:
    """One tab."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, os.fdopen(from_browser, "rb", closefd=True)
        self._number, self._left = 0, b""
        self._session: str | None = None
        self.messages: list[dict[str, t.Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: t.Any) -> dict[str, t.Any]:
        """The answer to one command; what the browser tells meanwhile is kept in ``messages``."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        command.update({"sessionId": self._session} if self._session else {})
        self._send(command)
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return t.cast("dict[str, t.Any]", answer["result"])
            self.messages.append(answer)

    def _send(self, command: dict[str, t.Any]) -> None:
        left = memoryview(json.dumps(command).encode() + b"\0")
        while left:
            left = left[os.write(self._to, left) :]

    def _next(self) -> dict[str, t.Any]:
        while b"\0" not in self._left:
            more = os.read(self._from.fileno(), 1 << 20)
            if not more:
                raise BrowserError("the browser ended")
            self._left += more
        one, _mark, self._left = self._left.partition(b"\0")
        return t.cast("dict[str, t.Any]", json.loads(one))

    def open(self, path: Path, fragment: str = "") -> None:
        """Load the file, and wait until it is loaded."""
        self._load("about:blank")
        self._load(f"{path.as_uri()}{fragment}")

    def _load(self, url: str) -> None:
        self.messages.clear()
        self.call("Page.navigate", url=url)
        while not any(message.get("method") == "Page.loadEventFired" for message in self.messages):
            self.messages.append(self._next())

    def evaluate(self, expression: str) -> t.Any:
        """The value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def emulate(self, width: int = 1280, height: int = 900, phone: bool = False, **features: str) -> None:
        """A screen of this size, and what the user prefers, as in ``prefers_color_scheme="dark"``."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        media = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=media)

    def scripts(self, on: bool) -> None:
        """Whether pages that are opened from now on may run scripts."""
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def screenshot(self, path: Path) -> None:
        """A picture of what is seen."""
        self.call("Page.bringToFront")
        path.write_bytes(
            base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=False)["data"])
        )

    def problems(self) -> list[str]:
        """What the page did that it must not: requests beside its own file, refusals by its policy, exceptions."""
        found = []
        for message in self.messages:
            params = message.get("params", {})
            if message.get("method") == "Runtime.exceptionThrown":
                found.append(json.dumps(params["exceptionDetails"])[:500])
            if message.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(params["entry"]["text"])
            if message.get("method") == "Network.requestWillBeSent" and params["type"] != "Document":
                found.append(params["request"]["url"])
        return found


@contextmanager
def opened() -> t.Iterator[Page]:
    """A page of a browser of its own, which ends with the block."""
    found = executable()
    if found is None:
        raise BrowserError(WHY_NONE)
    commands, to_browser = os.pipe()
    from_browser, answers = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        # The protocol is spoken over the descriptors 3 and 4.
        shell = f'exec 3<&{commands} 4>&{answers}; exec "$@"'
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--remote-debugging-pipe", f"--user-data-dir={home}", "--lang=en-GB"]
        process = subprocess.Popen(
            ["/bin/bash", "-c", shell, "browser", found, *options],
            pass_fds=(commands, answers),
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": home},
        )
        os.close(commands)
        os.close(answers)
        try:
            yield Page(to_browser, from_browser)
        finally:
            os.close(to_browser)
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
