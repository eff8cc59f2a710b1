"""Calls in this process, where time in the database can be told from the rest."""

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.clinic import Clinic

READY: set[str] = set()


def set_up(clinic: Clinic) -> None:
    """Point Django at the clinic; once a process."""
    if READY:
        return
    os.environ["WAYPOST_DATA_DIR"] = str(clinic.folder)
    os.environ.update(clinic.connections.environment())
    from waypost.ops import database

    database.set_up_django()
    READY.add("django")


@contextmanager
def statements() -> Iterator[list[tuple[str, Any, float]]]:
    """Note each statement of the block, its parameters and the seconds that it took."""
    from django.db import connection

    noted: list[tuple[str, Any, float]] = []

    def note(execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(query, params, many, context)
        finally:
            noted.append((query, params, time.perf_counter() - began))

    with connection.execute_wrapper(note):
        yield noted


def literal(query: str, params: Any) -> str:
    """Return a statement with its parameters written in, for pgbench."""
    import psycopg
    from django.db import connection

    connection.ensure_connection()
    text = psycopg.ClientCursor(connection.connection).mogrify(query.encode(), params)
    return " ".join(text.split())


def ask(clinic: Clinic, path: str) -> tuple[int, bytes]:
    """Ask the FHIR door in this process, by the ordinary route, whose statements can be told one by one."""
    from waypost.api.wsgi import TRIED, application

    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"Bearer {clinic.token}",
        "wsgi.input": io.BytesIO(),
        "CONTENT_LENGTH": "0",
        TRIED: True,
    }
    status: list[int] = []
    body = b"".join(application(environ, lambda line, headers: status.append(int(line[:3]))))
    return status[0], body


def browser(username: str = "coordinator") -> Any:
    """Return a signed-in client of the desk."""
    from django.conf import settings
    from django.test import Client

    from waypost.access.models import Account

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    client = Client(raise_request_exception=True)
    client.force_login(Account.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def timed_page(client: Any, call: Callable[[Any], Any], rounds: int) -> tuple[list[float], list[float], int]:
    """Return each call's seconds, the seconds of them in the database, and how many statements one takes."""
    whole, inside, count = [], [], 0
    call(client)
    for _ in range(rounds):
        with statements() as noted:
            began = time.perf_counter()
            answer = call(client)
            whole.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"bench: a page answered {answer.status_code}.")
        inside.append(sum(seconds for _, _, seconds in noted))
        count = len(noted)
    return whole, inside, count
