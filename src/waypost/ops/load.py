"""A cheap HTTP client that drives a server of this machine: raw sockets, one thread, no parsing beyond need."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CONNECTIONS = 8
RECEIVE_BYTES = 1 << 18
SILENCE_SECONDS_MAX = 30


@dataclass(slots=True)
class Outcome:
    """What a drive saw: each answer's latency, how often which status, and the wall time."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return a latency in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(slots=True)
class _Line:
    connection: socket.socket
    began: float = 0.0
    wanted: int = -1  # length of the whole answer, once its head is here
    status: int = 0
    held: bytearray = field(default_factory=bytearray)


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """Return the bytes of one request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    if body or method in {"POST", "PUT"}:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(port: int, requests: Iterator[bytes], *, seconds: float | None = None, connections: int = CONNECTIONS,
          on_answer: Callable[[int, bytes], None] | None = None) -> Outcome:  # fmt: skip
    """Send requests over kept connections, each as soon as its line is free, until they run out or time is up."""
    outcome = Outcome()
    selector = selectors.DefaultSelector()
    lines = [_Line(_connect(port)) for _ in range(connections)]
    began = time.perf_counter()
    end = began + seconds if seconds else None
    busy = sum(_send_next(line, requests, selector) for line in lines)
    while busy:
        ready = selector.select(SILENCE_SECONDS_MAX)
        if not ready:
            raise TimeoutError(f"No answer for {SILENCE_SECONDS_MAX} seconds from port {port}.")
        for key, _ in ready:
            line: _Line = key.data
            if not _receive(line):
                continue
            now = time.perf_counter()
            outcome.latencies.append(now - line.began)
            outcome.statuses[line.status] += 1
            if on_answer:
                on_answer(line.status, bytes(line.held))
            selector.unregister(line.connection)
            busy -= 1
            if end is None or now < end:
                busy += _send_next(line, requests, selector)
    outcome.seconds = time.perf_counter() - began
    for line in lines:
        line.connection.close()
    return outcome


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=SILENCE_SECONDS_MAX)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _send_next(line: _Line, requests: Iterator[bytes], selector: selectors.BaseSelector) -> int:
    following = next(requests, None)
    if following is None:
        return 0
    line.held.clear()
    line.wanted = -1
    selector.register(line.connection, selectors.EVENT_READ, line)
    line.began = time.perf_counter()
    line.connection.sendall(following)
    return 1


def _receive(line: _Line) -> bool:
    """Take in what has come; say whether the answer is whole."""
    part = line.connection.recv(RECEIVE_BYTES)
    if not part:
        raise ConnectionError("The server closed a connection in the middle of an answer.")
    line.held += part
    if line.wanted < 0:
        end = line.held.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(line.held[:end]).lower()
        line.status = int(head[9:12])
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        line.wanted = end + 4 + length
    return len(line.held) >= line.wanted
