"""The web server's side of one process: receives requests whole, then has them answered.

Granian's own threads hold the sockets. Until a request's last byte is here it costs a coroutine and nothing else, so
half-sent bodies and idle connections cannot hold anybody up. Plain reads of the FHIR door that come at the same time are
answered together, in one trip to the database, and so are its searches, in one of a few threads. Everything else is
answered in one of those by itself: by the FHIR door, which has no middleware, or by Django. See docs/adr/0010-a-server-that-waits-for-nobody.md.
Streams of live pages stay in the event loop for as long as they last (`web.live`), docs/adr/0037-live-pages.md.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, Protocol

from waypost import __version__
from waypost.config.parent import die_with_parent

BODY_BYTES_MAX = 16 * 2**20
DRAIN_BYTES_MAX = (
    256 * 2**20
)  # how much of a body that is too long is read so that its sender hears the answer
BODY_SECONDS_MAX = 60
SEARCHES_TOGETHER_MAX = 16
SEARCHING_MAX = 2  # a process; while one batch waits for the disk another is found
THREADS = 4  # a process; each waits for the disk at its commit, and they wait together

LIVE = "/live/"
HASHED = r"^.+\.[0-9a-f]{12}\..+$"  # a file whose name changes with its content
TYPE_JSON = ("content-type", "application/json")
Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]
Wsgi = Callable[..., Iterable[bytes]]
Waiting = tuple[dict[str, Any], asyncio.Future[Answer | None]]
Quick = Callable[[Sequence[dict[str, Any]]], list[Answer | None]]
log = logging.getLogger("waypost.server")


class Live(Protocol):
    """Who answers what stays open."""

    async def answer(self, scope: Any, protocol: Any) -> None: ...

    def close(self) -> None: ...


class BodyTooLong(Exception):
    """The body passes the limit; it has been drained."""


class BodyCutShort(Exception):
    """The sender went away before the body's end."""


class Application:
    """What Granian calls: one instance a process."""

    def __init__(self, desk: Wsgi, fhir: Wsgi, quick: Quick, ready: Callable[[], bool], live: Live) -> None:
        self._desk, self._fhir, self._quick, self._ready, self._live = desk, fhir, quick, ready, live
        self._waiting: list[Waiting] = []
        self._seeking: list[Waiting] = []
        self._searching = 0
        self._pool = ThreadPoolExecutor(THREADS, "answer")

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        began = multiprocessing.parent_process()
        die_with_parent(began.pid if began else None)
        for number in (signal.SIGTERM, signal.SIGINT):  # beside Granian's own, which waits until every answer has ended
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._live.close))

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pool.shutdown(wait=True)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        try:
            if scope.proto != "http":
                return
            if scope.path.startswith(LIVE):
                await self._live.answer(scope, protocol)
                return
            body = await _whole_body(scope, protocol)
        except BodyTooLong:
            status, headers, content = _refusal(
                scope.path, 413, "too-long", f"The body is longer than {BODY_BYTES_MAX // 2**20} MB."
            )
        except TimeoutError:
            status, headers, content = _refusal(
                scope.path, 408, "timeout", f"The body did not arrive within {BODY_SECONDS_MAX} seconds."
            )
        except BodyCutShort as cut:
            status, headers, content = _refusal(scope.path, 400, "incomplete", str(cut))
        else:
            status, headers, content = await self._answer(_environ(scope, body))
        protocol.response_bytes(status, headers, content)

    async def _answer(self, environ: dict[str, Any]) -> Answer:
        loop = asyncio.get_running_loop()
        path = environ["PATH_INFO"]
        search = path.count("/") == 2
        look = environ["REQUEST_METHOD"] in {"GET", "HEAD"} and (search or not environ["QUERY_STRING"])
        if look and _is_fhir(path):
            future: asyncio.Future[Answer | None] = loop.create_future()
            if search:
                self._seeking.append((environ, future))
                loop.call_soon(self._search_all)
            else:
                if not self._waiting:
                    loop.call_soon(self._read_all)
                self._waiting.append((environ, future))
            if (answer := await future) is not None:
                return answer
            environ["waypost.tried"] = True
        return await loop.run_in_executor(self._pool, self._in_thread, environ)

    def _read_all(self) -> None:
        """Answer the plain reads that came at the same time, in one trip to the database and one commit.

        No coroutine runs meanwhile; those that arrive are the next batch.
        """
        batch, self._waiting = self._waiting, []
        running = asyncio._get_running_loop()
        asyncio._set_running_loop(None)  # what is called is synchronous code and may look whether a loop runs
        try:
            answers = self._quick([environ for environ, _ in batch])
        except Exception:
            _let_go()
            answers = [None] * len(batch)  # the ordinary way says what is wrong
        finally:
            asyncio._set_running_loop(running)
        _settle(batch, answers)

    def _search_all(self) -> None:
        """Have a thread answer the searches that wait; those that come meanwhile are the next batch."""
        if not self._seeking or self._searching >= SEARCHING_MAX:
            return
        batch, self._seeking = self._seeking[:SEARCHES_TOGETHER_MAX], self._seeking[SEARCHES_TOGETHER_MAX:]
        self._searching += 1
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._pool, self._found, [environ for environ, _ in batch])
        done.add_done_callback(lambda found: self._hand_out(batch, found.result()))

    def _found(self, environs: list[dict[str, Any]]) -> list[Answer | None]:
        try:
            return self._quick(environs)
        except Exception:
            log.exception("searches failed together")
            _let_go()
            return [None] * len(environs)  # the ordinary way says what is wrong

    def _hand_out(self, batch: list[Waiting], answers: list[Answer | None]) -> None:
        self._searching -= 1
        _settle(batch, answers)
        self._search_all()

    def _in_thread(self, environ: dict[str, Any]) -> Answer:
        path = environ["PATH_INFO"]
        try:
            if path == "/healthz":
                return self._health()
            return _call(self._fhir if _is_fhir(path) else self._desk, environ)
        except Exception:
            log.exception("request failed outside Django")
            _let_go()
            return _refusal(path, 500, "exception", "Something went wrong here.")

    def _health(self) -> Answer:
        ready = self._ready()
        state = {"status": "ok" if ready else "no database", "version": __version__}
        return (200 if ready else 503), [TYPE_JSON, ("cache-control", "no-store")], json.dumps(state).encode()


def _settle(batch: Iterable[Waiting], answers: Iterable[Answer | None]) -> None:
    for (_, future), answer in zip(batch, answers, strict=True):
        if not future.done():
            future.set_result(answer)


async def _whole_body(scope: Any, protocol: Any) -> bytes:
    """Receive the body to its end, within limits of size and time."""
    declared = scope.headers.get("content-length")
    chunked = scope.headers.get("transfer-encoding") is not None
    if declared is None and not chunked:
        return b""
    if chunked and "json" not in (scope.headers.get("content-type") or ""):
        # The end of a chunked body cannot be told from a broken connection; JSON tells it by itself, forms do not.
        raise BodyCutShort("A body that is not JSON needs a Content-Length.")
    expected = int(declared) if declared is not None and declared.isdigit() else None
    size, parts = 0, []
    async with asyncio.timeout(BODY_SECONDS_MAX):
        async for part in protocol:
            size += len(part)
            if size <= BODY_BYTES_MAX:
                parts.append(part)
            elif parts:
                parts.clear()
            if size > DRAIN_BYTES_MAX:
                break
    if size > BODY_BYTES_MAX:
        raise BodyTooLong
    if expected is not None and size != expected:
        raise BodyCutShort("The body ended before its announced length.")
    return b"".join(parts)


def _environ(scope: Any, body: bytes) -> dict[str, Any]:
    """Return the WSGI environment of a request."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "waypost.body": body,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # would pass for the same name with hyphens
            continue
        key = f"HTTP_{name.upper().replace('-', '_')}"
        if key in environ:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        else:
            environ[key] = value
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def _call(wsgi: Wsgi, environ: dict[str, Any]) -> Answer:
    """Run a WSGI application to its end."""
    begun: list[Any] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
        begun[:] = (int(status[:3]), headers)

    result = wsgi(environ, start_response)
    try:
        content = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    status, headers = begun
    clean = [(name, value.strip()) for name, value in headers]  # Django begins cookies with a space
    return status, clean, (b"" if environ["REQUEST_METHOD"] == "HEAD" else content)


def _is_fhir(path: str) -> bool:
    return path == "/fhir" or path.startswith("/fhir/")


def _refusal(path: str, status: int, code: str, words: str) -> Answer:
    """Say no in the door's own format."""
    if _is_fhir(path):
        outcome = {
            "resourceType": "OperationOutcome",
            "issue": [
                {
                    "severity": "error",
                    "code": code,
                    "details": {"coding": [{"system": "urn:waypost:problem", "code": f"server.{code}"}]},
                    "diagnostics": words,
                }
            ],
        }
        return (
            status,
            [("content-type", "application/fhir+json; charset=utf-8")],
            json.dumps(outcome).encode(),
        )
    problem = {"type": f"/docs/problems/server.{code}", "title": words, "status": status}
    return status, [("content-type", "application/problem+json")], json.dumps(problem).encode()


def database_answers() -> bool:
    """Say whether the database takes a question now."""
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        connection.close()
        return False
    return True


def _let_go() -> None:
    """Leave no connection in an unknown state to the next request."""
    from django.db import connections

    connections.close_all()


def quick_looks(environs: Sequence[dict[str, Any]]) -> list[Answer | None]:
    """Answer plain reads or searches by the FHIR door's quick way, on this thread's own connection."""
    from waypost.api import wsgi

    found = wsgi.quickly(environs)
    return [(int(one[0][:3]), one[1], one[2]) if one is not None else None for one in found]


def preload() -> None:
    """Import what requests need, so that forked processes share it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
    from django.urls import get_resolver

    import waypost.api.wsgi
    import waypost.web.live.streams

    assert waypost.api.wsgi.application
    assert waypost.web.live.streams.LiveDoor
    get_resolver().url_patterns  # noqa: B018 - reading it imports every page


def build() -> Application:
    """Return the application with Django and, where there is one, the fast path of the FHIR door."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from whitenoise import WhiteNoise

    from waypost.api.wsgi import application as fhir
    from waypost.web.live.streams import LiveDoor

    desk: Any = get_wsgi_application()
    if settings.STATIC_ROOT and os.path.isdir(settings.STATIC_ROOT):  # noqa: PTH112
        desk = WhiteNoise(
            desk,
            root=settings.STATIC_ROOT,
            prefix=settings.STATIC_URL,
            max_age=60,
            immutable_file_test=HASHED,
        )
    return Application(desk, fhir, quick_looks, database_answers, LiveDoor())
