"""The socket under a stream: how much of what was sent still waits, and an end for who does not take it.

Granian takes whatever is sent and keeps it, however long the other side takes to receive it. The kernel knows better: a
queue that does not empty is a client that has stalled.
"""

import contextlib
import os
import socket
import struct
import sys

_NWRITE = 0x1024  # macOS, getsockopt
_OUTQ = 0x5411  # Linux, ioctl


class Line:
    """A second handle of the connection between two addresses; without one (an unknown system), nothing is known."""

    def __init__(self, ours: str, theirs: str) -> None:
        self._socket = _find(_address(ours), _address(theirs))

    def unsent(self) -> int:
        """Return how many bytes the other side has not taken yet."""
        if self._socket is None:
            return 0
        try:
            if sys.platform == "darwin":
                return self._socket.getsockopt(socket.SOL_SOCKET, _NWRITE)
            import fcntl

            return int(struct.unpack("i", fcntl.ioctl(self._socket.fileno(), _OUTQ, b"\0" * 4))[0])
        except OSError:
            return 0

    def cut(self) -> None:
        """Close the connection under the server: what it still keeps for it is dropped."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port) if port.isdecimal() else 0


def _find(ours: tuple[str, int], theirs: tuple[str, int]) -> socket.socket | None:
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd") if name.isdecimal()]  # noqa: PTH208 - names are all
    except OSError:
        return None
    for number in numbers:
        if (found := _is(number, ours, theirs)) is not None:
            return found
    return None


def _is(number: int, ours: tuple[str, int], theirs: tuple[str, int]) -> socket.socket | None:
    try:
        copy = os.dup(number)
    except OSError:
        return None  # closed meanwhile
    try:
        mine = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        return None
    with contextlib.suppress(OSError):
        if mine.getpeername()[:2] == theirs and mine.getsockname()[1] == ours[1]:
            return mine
    mine.close()
    return None
