"""The web server's side of one process: receives a request whole, then has it answered, one at a time.

Granian's own threads hold the sockets. Until a request's last byte is here it costs a coroutine and nothing else, so
half-sent bodies and idle connections cannot hold anybody up. Then the answer is made in this very thread: by the FHIR door,
which has no middleware, or by Django. See docs/adr/0010-a-server-that-waits-for-nobody.md.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from waypost import __version__
from waypost.config.parent import die_with_parent

BODY_BYTES_MAX = 16 * 2**20
DRAIN_BYTES_MAX = (
    256 * 2**20
)  # how much of a body that is too long is read so that its sender hears the answer
BODY_SECONDS_MAX = 60

HASHED = r"^.+\.[0-9a-f]{12}\..+$"  # a file whose name changes with its content
TYPE_JSON = ("content-type", "application/json")
Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]
Wsgi = Callable[..., Iterable[bytes]]
log = logging.getLogger("waypost.server")


class BodyTooLong(Exception):
    """The body passes the limit; it has been drained."""


class BodyCutShort(Exception):
    """The sender went away before the body's end."""


class Application:
    """What Granian calls: one instance a process."""

    def __init__(self, desk: Wsgi, fhir: Wsgi, ready: Callable[[], bool]) -> None:
        self._desk, self._fhir, self._ready = desk, fhir, ready

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        die_with_parent()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        from django.db import connections

        connections.close_all()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        try:
            if scope.proto != "http":
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
            status, headers, content = self._answer(scope, body)
        protocol.response_bytes(status, headers, content)

    def _answer(self, scope: Any, body: bytes) -> Answer:
        """Answer a request that is here whole. No other coroutine runs meanwhile, as none could with one thread."""
        environ = _environ(scope, body)
        running = asyncio._get_running_loop()
        asyncio._set_running_loop(None)  # what is called is synchronous code and may look whether a loop runs
        try:
            if scope.path == "/healthz":
                return self._health()
            return _call(self._fhir if _is_fhir(scope.path) else self._desk, environ)
        except Exception:
            log.exception("request failed outside Django")
            _let_go()
            return _refusal(scope.path, 500, "exception", "Something went wrong here.")
        finally:
            asyncio._set_running_loop(running)

    def _health(self) -> Answer:
        ready = self._ready()
        state = {"status": "ok" if ready else "no database", "version": __version__}
        return (200 if ready else 503), [TYPE_JSON, ("cache-control", "no-store")], json.dumps(state).encode()


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


def preload() -> None:
    """Import what requests need, so that forked processes share it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
    from django.urls import get_resolver

    import waypost.api.wsgi

    assert waypost.api.wsgi.application
    get_resolver().url_patterns  # noqa: B018 - reading it imports every page


def build() -> Application:
    """Return the application with Django and, where there is one, the fast path of the FHIR door."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from whitenoise import WhiteNoise

    from waypost.api.wsgi import application as fhir

    desk: Any = get_wsgi_application()
    if settings.STATIC_ROOT and os.path.isdir(settings.STATIC_ROOT):  # noqa: PTH112
        desk = WhiteNoise(
            desk,
            root=settings.STATIC_ROOT,
            prefix=settings.STATIC_URL,
            max_age=60,
            immutable_file_test=HASHED,
        )
    return Application(desk, fhir, database_answers)
