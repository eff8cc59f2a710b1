"""Which projections the record keeps, and which gateways the rooms speak through."""

from importlib import import_module

from waypost.records import projecting

# Each room's `projections.PROJECTIONS`.
ROOMS_WITH_PROJECTIONS = ("access",)


def plug() -> None:
    """Register every room's projections; called once at start."""
    for room in ROOMS_WITH_PROJECTIONS:
        for projection in import_module(f"waypost.{room}.projections").PROJECTIONS:
            projecting.register(projection)
