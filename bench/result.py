"""One measured figure, in the shape that `waypost bench --json` writes."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# At most this many times the floor's time per unit (DESIGN, budgets); figures without one are told as they are.
BUDGETS = {"read": 6, "create": 6, "search-name": 6, "search-code": 6, "import": 6, "slots-day": 6, "find-times": 3, "book": 8,
           "page-find": 5, "page-patient": 5, "page-today": 5, "page-today-10000": 5, "page-work-10000": 5, "page-board": 5, "live-read": 1.25, "audit-read": 3, "audit-create": 1.3,
           **{f"growth-{name}": 1.3 for name in ("search-name", "search-code", "page-find", "page-patient", "page-patient-large",
                                                 "page-today", "page-board", "slots-day", "find-times")}}  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Floor:
    """The least that the work could cost here: `value` in the figure's own unit."""

    what: str
    value: float


@dataclass(slots=True)
class Result:
    name: str
    value: float
    unit: str
    p50: float | None = None  # milliseconds
    p95: float | None = None
    p99: float | None = None
    floor: Floor | None = None
    ratio: float | None = None  # time per unit, over the floor's
    n: int = 0
    note: str = ""
    machine: str = field(default_factory=lambda: this_machine())
    commit: str = field(default_factory=lambda: this_commit())

    def against(self, what: str, value: float) -> "Result":
        """Set the floor; rates are compared as times per unit."""
        self.floor = Floor(what, value)
        rate = self.unit.endswith("/s")
        self.ratio = (value / self.value if rate else self.value / value) if value and self.value else None
        return self

    @property
    def verdict(self) -> str:
        budget = BUDGETS.get(self.name)
        if budget is None or self.ratio is None:
            return ""
        return f"at most {budget}: " + ("kept" if self.ratio <= budget else "missed")

    def line(self) -> str:
        shown = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:,.2f}"
        spread = (
            f"p50 {self.p50:.1f}, p95 {self.p95:.1f}, p99 {self.p99:.1f} ms" if self.p50 is not None else ""
        )
        floor = (
            f"{self.ratio:.2f} × floor ({self.floor.what}: {self.floor.value:,.1f})"
            if self.floor and self.ratio
            else ""
        )
        return "  ".join(
            part
            for part in (
                f"{self.name:<22} {shown:>8} {self.unit:<12}",
                spread,
                floor,
                self.verdict,
                self.note,
            )
            if part
        )

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def rounded(seconds: Sequence[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    ordered = sorted(seconds)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)


def of_times(name: str, seconds: Sequence[float], unit: str = "ms", **more: Any) -> Result:
    """Return a figure whose value is the median time."""
    p50, p95, p99 = (rounded(seconds, share) for share in (0.5, 0.95, 0.99))
    return Result(name, p50, unit, p50, p95, p99, n=len(seconds), **more)


def this_machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def this_commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip() or "unknown"
