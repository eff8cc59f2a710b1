"""The process in which papers are opened: `python -m waypost.formats.papers.apart`.

One question on standard input, one answer on standard output, then it ends. A paper that eats memory or time takes this
process with it and nothing else. It knows no secret: not the database, not the keys.
"""

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

from waypost.formats.papers import limits, looking
from waypost.formats.papers.problems import PaperBroken, PaperRefused, PaperTooHeavy


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
        return {"problem": PaperTooHeavy.code}, b""
    except Exception:
        return {"problem": PaperBroken.code}, b""


def main() -> None:
    """Read a line of JSON with the papers' lengths, then the papers; write a line of JSON, then bytes."""
    bound()
    question = json.loads(sys.stdin.buffer.readline())
    papers = [sys.stdin.buffer.read(length) for length in question["lengths"]]
    facts, data = answer(question, papers)
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + data)


if __name__ == "__main__":
    main()
