# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the source amazon.aws.aws_sqs_queue, which amazon.aws has since 11.1: what is posted here is the body
of a message, as that source gives it to the rules."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Take messages until the end; the name of the queue is the port."""

    async def take(request: web.Request) -> web.Response:
        await queue.put({"body": await request.json(), "meta": {"MessageId": "1"}})
        return web.Response()

    application = web.Application()
    application.add_routes([web.post("/", take)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(args["name"])).start()
    try:
        await asyncio.Future()
    finally:
        await runner.cleanup()
