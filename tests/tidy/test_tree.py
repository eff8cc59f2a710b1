"""House rules that no linter knows, each with the replacement in its message."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "waypost"
BANNED = (
    (r"\bdatetime\.now\(|\bdatetime\.utcnow\(|\bdate\.today\(|\btimezone\.now\(", "take the time from ctx.clock", {"kernel/clock.py"}),
    (r"django\.dispatch|@receiver\(", "call the after-effect from coordination", set()),
)


def test_time_and_effects_come_from_where_the_house_says():
    found = []
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for pattern, mend, allowed in BANNED:
                if name not in allowed and re.search(pattern, line):
                    found.append(f"{name}:{number}: {mend}")
    assert not found, "\n".join(found)
