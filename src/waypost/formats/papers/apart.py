"""The process in which papers are opened: `python -m waypost.formats.papers.apart`.

It loads what reads papers once, knows no secret (not the database, not the keys), and opens each paper in a child of its
own with little memory, time and no leave to write. A paper that eats those takes that child with it and nothing else.
Left alone for a while it ends.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from dataclasses import asdict
from typing import Any

from waypost.formats.papers import limits, looking
from waypost.formats.papers.problems import PaperBroken, PaperRefused, PaperTooHeavy

IDLE_SECONDS_MAX = 120
_TOO_HEAVY = {"problem": PaperTooHeavy.code}


def bound() -> None:
    """Bound what this process may use."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES_MAX, limits.MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS_MAX, limits.CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file


def answer(question: dict[str, Any], papers: list[bytes]) -> tuple[dict[str, Any], bytes]:
    """Return what was asked for: facts, and bytes where the answer is a picture or a PDF."""
    try:
        match question["do"]:
            case "look":
                return asdict(looking.look(papers[0])), b""
            case "page":
                return {}, looking.page(papers[0], int(question["page"]))
            case _:
                return {}, looking.assemble(papers, [(int(a), int(b)) for a, b in question["pages"]])
    except PaperRefused as problem:
        return {"problem": problem.code}, b""
    except MemoryError:
        return _TOO_HEAVY, b""
    except Exception:
        return {"problem": PaperBroken.code}, b""


def in_a_child(question: dict[str, Any], papers: list[bytes]) -> tuple[dict[str, Any], bytes]:
    """Return the answer of a child process; of one that ends without an answer, that the paper is too heavy."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            bound()
            facts, data = answer(question, papers)
            with os.fdopen(writing, "wb") as out:
                out.write(json.dumps(facts).encode() + b"\n" + data)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    said = _heard(reading, time.monotonic() + float(question.get("seconds", limits.WAIT_SECONDS_MAX)))
    os.kill(child, signal.SIGKILL)  # it is done, or has had its time; until it is waited for the number is its own
    _, status = os.waitpid(child, 0)
    head, line, data = said.partition(b"\n")
    ended = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
    return (json.loads(head), data) if line and (ended or os.WIFSIGNALED(status)) else (_TOO_HEAVY, b"")


def _heard(reading: int, until: float) -> bytes:
    """Return what a child says to its end; nothing where it takes too long."""
    parts = []
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                return b""
            part = pipe.read(1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)


def main() -> None:
    """Answer questions: a line of JSON with the papers' lengths, then the papers; a line of JSON back, then bytes."""
    looking.load()
    asked, said = sys.stdin.buffer, sys.stdout.buffer
    while select.select([asked], [], [], IDLE_SECONDS_MAX)[0]:
        line = asked.readline()
        if not line:
            return
        question = json.loads(line)
        papers = [asked.read(length) for length in question["lengths"]]
        facts, data = in_a_child(question, papers)
        said.write(json.dumps({**facts, "size": len(data)}).encode() + b"\n" + data)
        said.flush()


if __name__ == "__main__":
    main()
