"""Python's collector of reference cycles, set for processes that read many small objects and drop them again."""

import gc

# The default walks every young object at each 700 new ones: one chart read is thousands of them, none in a cycle.
THRESHOLD = (20_000, 20, 50)


def spare() -> None:
    """Leave alone what is loaded by now (forked processes share it), and look for cycles more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLD)
