"""Write the generated pages of docs/ anew: what the code knows about itself, so that no page can lag behind it.

`--check` writes nothing and exits 1 where a page differs.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "scripts"))
import docs_commands
import docs_dependencies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
HEAD = "<!-- Written by `make docs`; change the code, not this page. -->\n\n"


def problems() -> str:
    """Every problem a caller can meet, by code."""
    import waypost
    from waypost.kernel.problem import Problem

    for found in pkgutil.walk_packages(waypost.__path__, "waypost."):
        if found.name.endswith(".problems") or ".problems." in found.name:
            importlib.import_module(found.name)
    rows = {}
    todo = [Problem]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind is not Problem and not kind.__module__.startswith("tests"):
            rows[kind.code] = kind
    lines = ["# Problems", "",
             "What a caller can meet. Codes are stable and never used again for something else. The FHIR door answers an",
             "OperationOutcome with the code in `issue.details.coding`, other JSON an RFC 9457 problem whose `type` leads",
             "here, a page the words and the mend.", "",
             "| code | status | FHIR issue | says | mend |", "|---|---|---|---|---|"]
    for code in sorted(rows):
        kind = rows[code]
        lines.append(f'| <a id="{code}"></a>`{code}` | {kind.status} | {kind.issue} | {kind.title} | {kind.remedy} |')
    return "\n".join(lines) + "\n"


def permissions() -> str:
    """Who may do what."""
    from waypost.access.permissions import ROLE_PERMISSIONS, Permission
    from waypost.access.rules import OPEN_TYPES

    roles = [role for role in ROLE_PERMISSIONS if role not in ("system", "patient", "proxy")]
    lines = ["# Who may do what", "",
             "One table (`access/permissions.py`); every door asks it. Two roles of one person add up.", "",
             "| permission | " + " | ".join(roles) + " |", "|---|" + "---|" * len(roles)]
    lines += [f"| `{permission}` | " + " | ".join("yes" if permission in ROLE_PERMISSIONS[r] else "" for r in roles) + " |"
              for permission in Permission]
    lines += ["", "## Who may see what", "",
              "All staff of a tenant see of every patient: " + ", ".join(f"`{t}`" for t in OPEN_TYPES) + ".",
              "Everything else is the chart. It opens to the care team, the panel's clinician and whoever has a visit with",
              "the patient within 30 days either way; to others of the desk with a reason at one key, for twelve hours; the",
              "records office opens every chart that is not restricted. A restricted chart opens for nobody at the desk.",
              "Each look is audited, each refusal too."]
    return "\n".join(lines) + "\n"


def projections() -> str:
    """What is derived from versions, and can be rebuilt."""
    import django

    django.setup()
    from waypost.records import projecting

    lines = ["# Projections", "", "Rows that rooms derive from versions, in the version's own transaction; `waypost reindex`",
             "rebuilds them and `--check` compares them row by row.", "", "| projection | of | tables |", "|---|---|---|"]
    lines += [f"| `{p.name}` | {', '.join(p.types)} | {', '.join(f'`{t}`' for t in p.tables)} |"
              for p in sorted(projecting.everything(), key=lambda p: p.name)]
    return "\n".join(lines) + "\n"


def pages() -> str:
    """Every address of the desk."""
    from django.urls import URLPattern, get_resolver

    rows = []

    def walk(patterns: Sequence[Any], prefix: str) -> None:
        for one in patterns:
            if isinstance(one, URLPattern):
                if one.callback.__module__.startswith("waypost"):
                    says = (one.callback.__doc__ or "").strip().splitlines()
                    rows.append((prefix + str(one.pattern), one.name or "", says[0] if says else ""))
            else:
                walk(one.url_patterns, prefix + str(one.pattern))

    walk(get_resolver().url_patterns, "/")
    lines = ["# Pages", "", "| address | name | what it is |", "|---|---|---|"]
    lines += [f"| `{address}` | {name} | {says} |" for address, name, says in sorted(rows)]
    return "\n".join(lines) + "\n"


def worklist() -> str:
    """What each kind of work is, and how the list is ordered."""
    from waypost.coordination.contacts import attempts
    from waypost.coordination.worklist import kinds, ranking

    said = " ".join((ranking.__doc__ or "").split("\n\n", 1)[1].split())
    lines = ["# The worklist", "", said, "", "| kind | what | at stake | closed by | how it ends | source |", "|---|---|---|---|---|---|"]
    for one in kinds.KINDS:
        who = ", ".join(sorted(one.closed_by)) or "anyone who works tasks"
        ends = ", ".join(outcome.word for outcome in one.outcomes)
        lines.append(f"| `{one.code}` | {one.name} | {kinds.LANE_WORDS[one.lane]} | {who} | {ends} | {one.source} |")
    lines += ["", "| team | name | whose roles take from it |", "|---|---|---|"]
    lines += [f"| `{pool.code}` | {pool.name} | {', '.join(sorted(pool.roles))}, supervisor |" for pool in kinds.POOLS]
    lines += ["", "## When trying is enough", "", "Work ends as given up only after these attempts; before that it is refused, and says what is still due and when the",
              "next attempt would serve. Two by the same way within an hour are one.", "",
              "| kinds | attempts | by so many ways | outside work hours | over so many days | made by | then | source |", "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for row in attempts.RULES:
        by = "a nurse or clinician" if row.licensed else "anyone"
        lines.append(f"| {', '.join(f'`{kind}`' for kind in sorted(row.kinds))} | {row.attempts_min} | {row.channels_min} | {row.outside_hours_min}"
                     f" | {row.span_days_min} | {by} | {row.then} | {row.source} |")  # fmt: skip
    return "\n".join(lines) + "\n"


def flow() -> str:
    """What may follow what in a visit."""
    from waypost.coordination.flow.steps import MOVES, WORDS

    lines = ["# The steps of a visit", "", "Who has been with a provider cannot leave unseen. A step without a row has nothing after it.", "",
             "| from | to, the likeliest first |", "|---|---|"]  # fmt: skip
    lines += [f"| {WORDS[step]} | {', '.join(WORDS[one].lower() for one in following)} |" for step, following in MOVES.items()]
    return "\n".join(lines) + "\n"


def work_from_facts() -> str:
    """Every rule that makes work, with its source and its figures."""
    from waypost.coordination.worklist.kinds import POOL_NAMES
    from waypost.coordination.worklist.rules.table import RULES

    lines = ["# Work from facts", "", "Each rule reads what is on record, makes work of it within a second, and ends it with what happened when the",
             "fact is gone. A supervisor or administrator switches it and sets its figures under Settings › Rules, or by `waypost rules`.", "",
             "| rule | what it makes, and when that ends | waits with | source | figures |", "|---|---|---|---|---|"]  # fmt: skip
    for one in RULES:
        figures = "; ".join(f"{f.words}: {f.default} {f.unit} (`{f.code}`)" for f in one.figures) or "none"
        lines.append(f"| `{one.code}` | **{one.name}.** {one.says} | {POOL_NAMES[one.pool]} | {one.source} | {figures} |")
    return "\n".join(lines) + "\n"


WRITTEN = {"rules/flow.md": flow, "rules/work-from-facts.md": work_from_facts, "problems.md": problems, "rules/worklist.md": worklist, "permissions.md": permissions, "projections.md": projections, "pages.md": pages,
           "settings.md": docs_commands.settings, "dependencies.md": docs_dependencies.dependencies}


def main() -> int:
    stale = []
    written = {name: write() for name, write in WRITTEN.items()} | docs_commands.commands()
    for name, body in written.items():
        path = ROOT / "docs" / name
        text = HEAD + body
        if path.exists() and path.read_text() == text:
            continue
        if "--check" in sys.argv and name == "dependencies.md":
            continue  # licences are read from what is installed, which differs from machine to machine
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            print(f"docs/{name} written")
    if stale and "--check" in sys.argv:
        print("Run `make docs`: " + ", ".join(stale))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
