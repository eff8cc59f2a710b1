"""Opening papers, each in a process of its own that has no secret and little time; what it said is remembered a while."""

import atexit
import json
import os
import select
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from threading import Lock
from typing import Any

from waypost.chart.documents.limits import LOOKS_KEPT, PICTURES_KEPT_BYTES_MAX
from waypost.formats.papers import kinds
from waypost.formats.papers.limits import READ_CHARACTERS_MAX, WAIT_SECONDS_MAX
from waypost.formats.papers.looking import Look
from waypost.formats.papers.problems import BY_CODE, PaperTooHeavy

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
_looks: OrderedDict[bytes, Look] = OrderedDict()
_pictures: OrderedDict[tuple[bytes, int], bytes] = OrderedDict()
_lock, _asking = Lock(), Lock()
_helper: "tuple[int, subprocess.Popen[bytes]] | None" = None


def look(data: bytes) -> Look:
    """Return what a paper is and says. Raises the problem that says why it is not taken in."""
    found = kinds.sniff(data)  # what is plain costs no process
    if found.mime == kinds.TEXT:
        return Look(found.mime, 1, found.text[:READ_CHARACTERS_MAX])
    key = sha256(data).digest()
    with _lock:
        known = _looks.get(key)
    if known is None:
        facts, _ = _ask({"do": "look"}, [data])
        known = Look(facts["mime"], facts["pages"], facts["text"], tuple(facts["inside"]))
        with _lock:
            _looks[key] = known
            while len(_looks) > LOOKS_KEPT:
                _looks.popitem(last=False)
    return known


def picture(data: bytes, page: int) -> bytes:
    """Return one page, counted from 0, as a PNG made here."""
    key = (sha256(data).digest(), page)
    with _lock:
        known = _pictures.get(key)
    if known is None:
        _, known = _ask({"do": "page", "page": page}, [data])
        with _lock:
            _pictures[key] = known
            while sum(map(len, _pictures.values())) > PICTURES_KEPT_BYTES_MAX:
                _pictures.popitem(last=False)
    return known


def assemble(papers: Sequence[bytes], pages: Sequence[tuple[int, int]]) -> bytes:
    """Return a new PDF of chosen pages, each (which paper, which page of it)."""
    return _ask({"do": "assemble", "pages": list(pages)}, papers)[1]


def _ask(question: dict[str, Any], papers: Sequence[bytes]) -> tuple[dict[str, Any], bytes]:
    line = json.dumps({**question, "lengths": [len(one) for one in papers], "seconds": WAIT_SECONDS_MAX}).encode() + b"\n"
    with _asking:
        for _ in range(2):  # the helper ends when it is left alone: a new one takes its place
            answered = _tell(line, papers)
            if answered is not None:
                break
        else:
            raise PaperTooHeavy
    facts, data = answered
    if "problem" in facts:
        raise BY_CODE[facts["problem"]]
    return facts, data


def _tell(line: bytes, papers: Sequence[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Return the helper's answer; None where it has ended."""
    helper = _helping()
    assert helper.stdin and helper.stdout
    try:
        helper.stdin.write(line)
        for one in papers:
            helper.stdin.write(one)
        helper.stdin.flush()
        heard, _, _ = select.select([helper.stdout], [], [], WAIT_SECONDS_MAX + 10)
        head = helper.stdout.readline() if heard else b""
        facts = json.loads(head) if head else None
        data = helper.stdout.read(facts["size"]) if facts else b""
    except (OSError, ValueError):
        facts, data = None, b""
    if facts is None or len(data) < facts["size"]:
        stop()
        return None
    return facts, data


def _helping() -> "subprocess.Popen[bytes]":
    """Return the process in which papers are opened. A process that was forked has none of its own yet."""
    global _helper
    if _helper is None or _helper[0] != os.getpid():
        surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        surroundings["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        started = subprocess.Popen(
            [sys.executable, "-m", "waypost.formats.papers.apart"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings,
        )
        _helper = (os.getpid(), started)
        atexit.register(stop)
    return _helper[1]


def stop() -> None:
    """End the process in which papers are opened, if it is this one's."""
    global _helper
    if _helper is not None and _helper[0] == os.getpid():
        _helper[1].kill()
        _helper[1].wait()
        for pipe in (_helper[1].stdin, _helper[1].stdout):
            with suppress(OSError):
                assert pipe
                pipe.close()
    _helper = None
