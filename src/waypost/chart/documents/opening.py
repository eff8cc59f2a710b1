"""Opening papers, each in a process of its own that has no secret and little time; what it said is remembered a while."""

import json
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Sequence
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
_lock = Lock()


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
    line = json.dumps({**question, "lengths": [len(one) for one in papers]}).encode() + b"\n"
    surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    surroundings["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "waypost.formats.papers.apart"],
            input=line + b"".join(papers),
            capture_output=True,
            timeout=WAIT_SECONDS_MAX,
            env=surroundings,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperTooHeavy from None
    head, _, data = ended.stdout.partition(b"\n")
    if ended.returncode or not head:
        raise PaperTooHeavy  # it ran out of memory or time
    facts = json.loads(head)
    if "problem" in facts:
        raise BY_CODE[facts["problem"]]
    return facts, data
