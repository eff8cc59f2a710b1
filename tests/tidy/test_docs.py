"""The documentation says what the code does, and its links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_pages_that_the_code_writes_are_up_to_date():
    done = subprocess.run([sys.executable, ROOT / "scripts" / "docs.py", "--check"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_link_in_the_documentation_leads_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [f"{page.relative_to(ROOT)}: {target}" for page in pages
            for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())
            if "://" not in target and not (page.parent / target).exists()]
    assert not dead, "\n".join(dead)


def test_each_room_is_described_somewhere_a_newcomer_looks():
    said = (ROOT / "docs" / "architecture.md").read_text() + (ROOT / "docs" / "architecture.svg").read_text()
    rooms = [p.parent.name for p in (ROOT / "src" / "waypost").glob("*/__init__.py") if len(list(p.parent.iterdir())) > 2]
    assert not [room for room in rooms if room not in said]
