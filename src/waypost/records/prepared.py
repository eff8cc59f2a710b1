"""Statements that run again and again: prepared once a connection, sent without being read a second time.

Planning a search costs more than running it. These go to the server by name over Django's own connection, inside its
transaction if one is open; values travel apart from the text.
"""

import select
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection
from psycopg import errors, pq
from psycopg.pq.abc import PGconn, PGresult

STATEMENTS_MAX = 400  # a connection; more run unprepared
Statement = tuple[str, Sequence[Any]]  # written with `%s`, and its values
_BY_STATE = {"22": DataError, "23": IntegrityError}  # by class of SQLSTATE


def rows(text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement written with `%s` and return its rows. Raises Django's DataError, OperationalError, DatabaseError."""
    execute: Callable[..., list[tuple[Any, ...]]] = _execute
    for wrapper in reversed(connection.execute_wrappers):  # whoever counts or times statements sees these too
        execute = partial(wrapper, execute)
    if connection.queries_logged:
        connection.queries_log.append({"sql": text, "time": ""})
    return execute(text, values, False, {"connection": connection, "cursor": None})


def _execute(text: str, values: Sequence[Any], _many: bool, _context: object) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    pgconn: PGconn = connection.connection.pgconn
    if connection.in_atomic_block and pgconn.transaction_status == pq.TransactionStatus.IDLE:
        _check(pgconn.exec_(b"BEGIN"), pq.ExecStatus.COMMAND_OK)  # the driver puts it off until a cursor's first statement
    sent: Any = [_sent(value) for value in values]  # None stands for NULL, which psycopg's stub forgets
    name = _name_of(text)
    if name is None:
        return _read(pgconn.exec_params(_numbered(text), sent))
    return _read(pgconn.exec_prepared(name, sent))


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


def together(statements: Sequence[Statement]) -> list[PGresult] | None:
    """Run statements in one trip and one transaction of their own and return what the server answered to each.

    None where one of them failed, which undid them all, or where the connection is not fit for it.
    """
    if connection.in_atomic_block or not statements:
        return None
    try:
        connection.ensure_connection()
        named = [(_name_of(text), values) for text, values in statements]
        answers = _sent_together(connection.connection.pgconn, named)
    except (DatabaseError, psycopg.Error):
        answers = []
    raw = connection.connection
    if raw is not None and raw.pgconn.status != pq.ConnStatus.OK:
        connection.close()
    good = all(one is not None and one.status == pq.ExecStatus.TUPLES_OK for one in answers)
    return answers if answers and good else None  # type: ignore[return-value]


def _sent_together(
    pgconn: PGconn, named: Sequence[tuple[bytes | None, Sequence[Any]]]
) -> list[PGresult | None]:
    """Return each statement's result; nothing where the whole was not kept."""
    if any(name is None for name, _ in named):
        return []
    pgconn.enter_pipeline_mode()
    try:
        for name, values in named:
            pgconn.send_query_prepared(name or b"", [_sent(value) for value in values])
        pgconn.pipeline_sync()
        answers = [_next_of(pgconn) for _ in named]
        ended = _awaited(pgconn)
    finally:
        if pgconn.status == pq.ConnStatus.OK:
            pgconn.exit_pipeline_mode()
    return answers if ended is not None and ended.status == pq.ExecStatus.PIPELINE_SYNC else []


def _next_of(pgconn: PGconn) -> PGresult | None:
    found = _awaited(pgconn)
    if found is not None and found.status != pq.ExecStatus.PIPELINE_SYNC:
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
