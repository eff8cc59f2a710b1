"""Statements that run again and again: prepared once a connection, sent without being read a second time.

Planning a search costs more than running it. These go to the server by name over Django's own connection, inside its
transaction if one is open; values travel apart from the text.
"""

import select
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import zip_longest
from typing import Any
from uuid import UUID

import psycopg
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, connection
from psycopg import errors, pq
from psycopg.pq.abc import PGconn, PGresult
from psycopg.sql import Literal

STATEMENTS_MAX = 400  # a connection; more run unprepared
Statement = tuple[str, Sequence[Any]]  # written with `%s`, and its values
Ready = tuple[bytes | None, str, Any]  # the name it is prepared under, its text, its values as they are sent
Refused = Callable[[DatabaseError], Exception]
Waiting = tuple[str, Sequence[Any], Refused | None]
BEGIN: Ready = (None, "BEGIN", [])
COMMIT: Ready = (None, "COMMIT", [])
_mine = threading.local()  # what waits to be sent on this thread's connection
_BY_STATE = {"22": DataError, "23": IntegrityError}  # by class of SQLSTATE


def rows(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement written with `%s` and return its rows. Raises Django's DataError, OperationalError, DatabaseError."""
    send_now()
    execute: Callable[..., list[tuple[Any, ...]]] = _execute
    for wrapper in reversed(connection.execute_wrappers):  # whoever counts or times statements sees these too
        execute = partial(wrapper, execute)
    _log(text, values)
    return execute(text, values, False, {"connection": connection, "cursor": None})


def _execute(text: str, values: Sequence[Any], _many: bool, _context: object) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    pgconn: PGconn = connection.connection.pgconn
    sent: Any = [_sent(value) for value in values]  # None stands for NULL, which psycopg's stub forgets
    name = _name_of(text)
    if _must_begin(pgconn):
        found = _in_pipeline(pgconn, [BEGIN, (name, text, sent)])[-1]
    else:
        found = pgconn.exec_prepared(name, sent) if name else pgconn.exec_params(_numbered(text), sent)
    read = _read(found)
    connection.health_check_done = True  # type: ignore[attr-defined]  # it has just answered; nobody need ask whether it would
    return read


def _must_begin(pgconn: PGconn) -> bool:
    """Say whether a transaction has yet to begin: the driver puts it off until a cursor's first statement."""
    return connection.in_atomic_block and pgconn.transaction_status == pq.TransactionStatus.IDLE


def _log(text: str, values: Sequence[Any]) -> None:
    """Show a statement in Django's log of queries as a cursor's would be: with its values written in."""
    if connection.queries_logged:
        first, *rest = text.split("%s")
        told = (Literal(value).as_string() + part for value, part in zip(values, rest, strict=True))
        connection.queries_log.append({"sql": first + "".join(told), "time": ""})


def _name_of(text: str) -> bytes | None:
    """Return the name a statement is prepared under on this connection; None where there are too many already."""
    raw = connection.connection
    known: dict[str, bytes] | None = getattr(raw, "waypost_statements", None)
    if known is None:
        known = raw.waypost_statements = {}
    name = known.get(text)
    if name is None and len(known) < STATEMENTS_MAX:
        name = f"waypost_{len(known)}".encode()
        _check(raw.pgconn.prepare(name, _numbered(text)), pq.ExecStatus.COMMAND_OK)
        known[text] = name
    return name


@contextmanager
def gathered(*, to_the_commit: bool = False) -> Iterator[None]:
    """Send what `soon` is told in this block in one trip: at its end, or ahead of the next statement that is waited for.

    With `to_the_commit`, what waits at the end goes with the statement that commits; `act` sees to it.
    """
    if connection.execute_wrappers or getattr(_mine, "waiting", None) is not None:
        yield
        return
    _mine.waiting = []
    kept = False
    try:
        yield
        kept = to_the_commit
        if not kept:
            send_now()
    finally:
        if not kept:
            _mine.waiting = None


def drop() -> None:
    """Forget what waits: its act is over."""
    _mine.waiting = None


def soon(text: str, values: Sequence[Any], refused: Refused | None = None) -> None:
    """Run a statement whose rows nobody needs, now or, in a `gathered` block, with others.

    `refused` says what the caller meets where the database refuses it.
    """
    waiting: list[Waiting] | None = getattr(_mine, "waiting", None)
    if waiting is not None:
        waiting.append((text, values, refused))
        return
    try:
        rows(text, values)
    except DatabaseError as error:
        raise (refused(error) if refused else error) from error


def send_now() -> None:
    """Run what waits. Whoever uses a cursor of its own in a `gathered` block calls this first."""
    waiting: list[Waiting] | None = getattr(_mine, "waiting", None)
    if not waiting:
        return
    _mine.waiting = []
    _all_of(waiting)


def commit(text: str, values: Sequence[Any]) -> None:
    """Run the last statement of the outermost transaction and commit, in one trip."""
    if len(connection.atomic_blocks) != 1 or connection.execute_wrappers:
        rows(text, values)  # an inner one is kept with the outer
        return
    waiting: list[Waiting] = getattr(_mine, "waiting", None) or []
    _mine.waiting = None
    _all_of([*waiting, (text, values, None)], COMMIT)


def _all_of(waiting: Sequence[Waiting], *then: Ready) -> None:
    """Run statements in one trip. Raises for the first that is refused."""
    connection.ensure_connection()
    pgconn: PGconn = connection.connection.pgconn
    first = [BEGIN] if _must_begin(pgconn) else []
    ready = [_ready(text, values) for text, values, _ in waiting]
    answers = _in_pipeline(pgconn, [*first, *ready, *then])[len(first) :]
    for text, values, _ in waiting:
        _log(text, values)
    reasons = [refused for _, _, refused in waiting]
    for answer, refused in zip_longest(answers, reasons):
        try:
            _read(answer)
        except DatabaseError as error:
            raise (refused(error) if refused else error) from error


def together(statements: Sequence[Statement]) -> list[PGresult] | None:
    """Run statements in one trip and one transaction of their own and return what the server answered to each.

    None where one of them failed, which undid them all, or where the connection is not fit for it.
    """
    if connection.in_atomic_block or not statements:
        return None
    try:
        connection.ensure_connection()
        ready = [_ready(text, values) for text, values in statements]
        answers = _in_pipeline(connection.connection.pgconn, ready)
    except (DatabaseError, InterfaceError):
        answers = []
    raw = connection.connection
    if raw is not None and raw.pgconn.status != pq.ConnStatus.OK:
        connection.close()
    good = all(one.status == pq.ExecStatus.TUPLES_OK for one in answers)
    return answers if answers and good else None


def _ready(text: str, values: Sequence[Any]) -> Ready:
    return _name_of(text), text, [_sent(value) for value in values]


def _in_pipeline(pgconn: PGconn, statements: Sequence[Ready]) -> list[PGresult]:
    """Send everything, then read the server's answer to each; what follows one that failed is not run."""
    pgconn.enter_pipeline_mode()
    try:
        for name, text, sent in statements:
            if name:
                pgconn.send_query_prepared(name, sent)
            else:
                pgconn.send_query_params(_numbered(text), sent)
        pgconn.pipeline_sync()
        answers = [_next_of(pgconn) for _ in statements]
        _to_the_end(pgconn)
    except psycopg.Error as error:
        if pgconn.status != pq.ConnStatus.OK:
            connection.close()
        raise OperationalError(str(error)) from error
    finally:
        if pgconn.status == pq.ConnStatus.OK:
            pgconn.exit_pipeline_mode()
    return answers


def _to_the_end(pgconn: PGconn) -> None:
    """Read the end of a pipeline, where statements in no transaction are kept, or are not."""
    failed = None
    for _ in range(4):
        ended = _awaited(pgconn)
        if ended is not None and ended.status == pq.ExecStatus.PIPELINE_SYNC:
            break
        failed = failed or ended
    if failed is not None:
        _check(failed, pq.ExecStatus.PIPELINE_SYNC)


def _next_of(pgconn: PGconn) -> PGresult:
    found = _awaited(pgconn)
    if found is None:
        raise OperationalError("The connection ended between two answers.")
    _awaited(pgconn)  # each statement's results end with a None
    return found


def _awaited(pgconn: PGconn) -> PGresult | None:
    """Return the next result. To wait in `get_result` would keep this process's other threads waiting too."""
    line = None
    while pgconn.is_busy():
        if line is None:
            line = select.poll()
        line.register(pgconn.socket, select.POLLIN | (select.POLLOUT if pgconn.flush() else 0))
        line.poll()
        pgconn.consume_input()
    return pgconn.get_result()


def _numbered(text: str) -> bytes:
    parts = text.split("%s")
    return (
        "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], 1)).encode() + parts[-1].encode()
    )


def _sent(value: Any) -> bytes | None:
    match value:
        case None:
            return None
        case str():
            return value.encode()
        case bool():
            return b"t" if value else b"f"
        case bytes():
            return b"\\x" + value.hex().encode()
        case datetime():
            return value.isoformat().encode()
        case int() | Decimal() | UUID():
            return str(value).encode()
        case list() | tuple():
            return ("{" + ",".join(_quoted(one) for one in value) + "}").encode()
        case _:
            raise AssertionError(type(value))


def _quoted(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _moment(data: bytes) -> datetime:
    return datetime.fromisoformat(data.decode()).astimezone(UTC)


_READERS: dict[int, Callable[[bytes], Any]] = {
    16: lambda data: data == b"t", 20: int, 21: int, 23: int, 1184: _moment, 2950: lambda data: UUID(data.decode()),
}  # fmt: skip


def _read(found: PGresult) -> list[tuple[Any, ...]]:
    if found.status == pq.ExecStatus.COMMAND_OK:
        return []
    _check(found, pq.ExecStatus.TUPLES_OK)
    readers = [_READERS.get(found.ftype(column), bytes.decode) for column in range(found.nfields)]
    get = found.get_value
    return [
        tuple(
            None if (data := get(row, column)) is None else read(data) for column, read in enumerate(readers)
        )
        for row in range(found.ntuples)
    ]


def _check(found: PGresult, wanted: pq.ExecStatus) -> None:
    if found.status == wanted:
        return
    words = found.error_message.decode("utf-8", "replace")
    state = (found.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
    if connection.in_atomic_block:
        connection.needs_rollback = True
    if connection.connection.pgconn.status != pq.ConnStatus.OK:
        connection.close()
        raise OperationalError(words) from psycopg.OperationalError(words)
    raise _BY_STATE.get(state[:2], DatabaseError)(words) from _driver_error(state, words)


def _driver_error(state: str, words: str) -> psycopg.Error:
    """Return the error that the driver itself would have raised: it carries the SQLSTATE."""
    try:
        return errors.lookup(state)(words)
    except KeyError:
        return psycopg.DatabaseError(words)
