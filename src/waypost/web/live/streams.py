"""Event streams over RSGI: `GET /live/VIEW[,VIEW…]?KEY…`, as server-sent events.

Events: `show` (a view as it stands, or what of it changed), `beat` (nothing changed; as of when), `end` (why no more comes).
Each carries an id; who reconnects sends it back as Last-Event-ID and gets only what has changed since.
"""

import asyncio
import contextlib
import json
import logging
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from waypost.kernel.problem import Problem
from waypost.web import middleware
from waypost.web.live import limits
from waypost.web.live.boards import Key
from waypost.web.live.hub import Hub, Stream
from waypost.web.live.line import Line
from waypost.web.live.views import NoSuchView
from waypost.web.words import clock, local

PATH = "/live/"
RETRY_MS = 2_000
HEADERS = [
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-accel-buffering", "no"),  # nginx would keep events back
    ("x-content-type-options", "nosniff"),
]
GONE = "gone"
WORDS = {
    "signed-out": "You are signed out. Sign in again to go on.",
    "changed": "What you may see has changed. Refresh the page.",
    "broken": "This page could not be brought up to date.",
    "restart": "The server starts again.",
}
log = logging.getLogger("waypost.live")


class LiveDoor:
    """Answers requests for streams, one coroutine each, in the server's event loop."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub()

    def close(self) -> None:
        """End every stream: the process stops, and the pages find another."""
        self.hub.close()

    async def answer(self, scope: Any, protocol: Any) -> None:
        """Answer one request: a stream that lasts, or a refusal in words."""
        try:
            if scope.method != "GET":
                raise NoSuchView
            stream = await self._opened(scope)
        except Problem as problem:
            protocol.response_bytes(*_refused(problem))
            return
        except Exception:
            log.exception("a stream could not be opened")
            protocol.response_bytes(*_broken())
            return
        gone = asyncio.ensure_future(protocol.client_disconnect())
        gone.add_done_callback(lambda _: stream.end(GONE))
        line = Line(scope.server, scope.client) if scope.http_version.startswith("1") else None
        try:
            await self._send_all(stream, protocol.response_stream(200, HEADERS), line)
        finally:
            self.hub.leave(stream)
            if line is not None:
                line.close()
            gone.cancel()

    async def _opened(self, scope: Any) -> Stream:
        given = dict(parse_qsl(scope.query_string))
        names = list(dict.fromkeys(scope.path.removeprefix(PATH).split(",")))
        if len(names) > limits.VIEWS_PER_STREAM_MAX:
            raise NoSuchView
        has = (part.partition(":") for part in (scope.headers.get("last-event-id") or "").split(","))
        cookies = "; ".join(value for name, value in scope.headers.items() if name == "cookie")
        return await self.hub.open(cookies, names, given, {name: tag for name, _, tag in has})

    async def _send_all(self, stream: Stream, transport: Any, line: Line | None) -> None:
        """Send what the stream is granted, newest state only, until it ends."""
        with contextlib.suppress(RuntimeError):  # Granian's way of saying that the connection is closed
            await transport.send_str(f"retry: {RETRY_MS}\n\n{self._beat(stream)}")
            while True:
                woken = await _woken(stream)
                if line is not None and not await _takes(
                    stream, line, most=limits.UNSENT_BYTES_MAX if woken else 0
                ):
                    return
                if stream.ended:
                    await transport.send_str(_end(stream.ended))
                    return
                stream.wake.clear()
                told = self._news(stream) if woken else self._beat(stream)
                if told:
                    await transport.send_str(told)

    def _news(self, stream: Stream) -> str:
        told = ""
        for board in stream.boards:
            key, shown = board.name, stream.granted.get(board.name)
            before = stream.sent.get(key)
            if shown is None or shown is before:
                continue
            stream.sent[key] = shown
            if shown.tag != (before.tag if before else stream.has[key]):
                told += f"{_id(stream)}event: show\ndata: {board.told(before, shown, _at(stream))}\n\n"
        return told

    def _beat(self, stream: Stream) -> str:
        """Return a sign of life; none while the feed cannot be read, so that the page says it is not fresh."""
        if time.monotonic() - self.hub.looked > limits.FRESH_SECONDS_MAX:
            return ""
        return f"{_id(stream)}event: beat\ndata: {json.dumps({'at': _at(stream)})}\n\n"


async def _woken(stream: Stream) -> bool:
    """Wait until there is something to send, or it is time for a sign of life."""
    try:
        await asyncio.wait_for(stream.wake.wait(), limits.BEAT_EVERY_SECONDS)
    except TimeoutError:
        return False
    return True


async def _takes(stream: Stream, line: Line, *, most: int) -> bool:
    """Wait until the other side has taken what was sent; cut the connection of one that does not."""
    began = time.monotonic()
    while stream.ended != GONE and line.unsent() > most:
        if time.monotonic() - began > limits.STALLED_SECONDS_MAX:
            log.warning("a live page that took nothing for %d seconds was closed", limits.STALLED_SECONDS_MAX)
            line.cut()
            return False
        await asyncio.sleep(limits.LOOK_EVERY_SECONDS)
    return stream.ended != GONE


def _at(stream: Stream) -> str:
    return clock(local(middleware.CLOCK.now(), stream.viewer.ctx.zone))


def _id(stream: Stream) -> str:
    tags: dict[Key, str] = {key: tag for key, tag in stream.has.items() if tag}
    tags |= {key: shown.tag for key, shown in stream.sent.items()}
    return f"id: {','.join(f'{key[1]}:{tag}' for key, tag in tags.items())}\n"


def _end(why: str) -> str:
    return f"event: end\ndata: {json.dumps({'why': why, 'said': WORDS.get(why, '')})}\n\n"


def _refused(problem: Problem) -> tuple[int, list[tuple[str, str]], bytes]:
    said = " ".join(str(words) for words in (problem.title, problem.remedy) if words)
    return _as_json({"type": f"/docs/problems/{problem.code}", "title": said, "status": problem.status})


def _broken() -> tuple[int, list[tuple[str, str]], bytes]:
    return _as_json({"title": "Something went wrong here.", "status": int(HTTPStatus.INTERNAL_SERVER_ERROR)})


def _as_json(problem: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
    if problem["status"] in {429, 503}:
        headers.append(("retry-after", "30"))
    return problem["status"], headers, json.dumps(problem).encode()
