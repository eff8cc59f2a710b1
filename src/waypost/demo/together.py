"""Two processes at once: each files its share and says how far it is through a pipe."""

import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from selectors import EVENT_READ, DefaultSelector

from django.db import connections

from waypost.kernel.problem import Problem
from waypost.kernel.surroundings import store_problem

_COUNT = struct.Struct("<I")


class NotFinished(Problem):
    code, status, issue = "demo.not-finished", 500, "incomplete"
    title = "The demo clinic was not finished."
    remedy = "Start it again: what is made already is kept."


def together(shares: Sequence[Callable[[Callable[[int], None]], None]], tell: Callable[[int], None]) -> None:
    """Run each share in a process of its own; `tell` hears every count that a share reports.

    A single share runs here. Raises NotFinished if any of them fails.
    """
    if len(shares) == 1:
        shares[0](tell)
        return
    connections.close_all()  # a connection cannot be shared over a fork
    pipes = [os.pipe() for _ in shares]
    why, say_why = os.pipe()
    children = [_start(share, number, pipes, say_why) for number, share in enumerate(shares)]
    for write in (say_why, *(write for _, write in pipes)):
        os.close(write)
    try:
        _listen([read for read, _ in pipes], tell)
    except BaseException:
        for child in children:
            os.kill(child, signal.SIGTERM)
        raise
    finally:
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    with os.fdopen(why) as heard:
        reasons = list(dict.fromkeys(heard.read().splitlines()))
    if any(codes):
        raise NotFinished(" ".join((*reasons, NotFinished.title, NotFinished.remedy)))


def _start(
    share: Callable[[Callable[[int], None]], None], number: int, pipes: list[tuple[int, int]], say_why: int
) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for other, (read, write) in enumerate(pipes):
            os.close(read)
            if other != number:
                os.close(write)
        mine = pipes[number][1]

        def tell(count: int) -> None:
            os.write(mine, _COUNT.pack(count))

        share(tell)
        connections.close_all()
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:
        if problem := store_problem(error):
            os.write(say_why, f"{problem.title}\n".encode())
        else:
            traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _listen(reads: list[int], tell: Callable[[int], None]) -> None:
    with DefaultSelector() as selector:
        for read in reads:
            selector.register(read, EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                said = os.read(key.fd, _COUNT.size * 1024)
                if said:
                    tell(sum(count for (count,) in _COUNT.iter_unpack(said)))
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)
