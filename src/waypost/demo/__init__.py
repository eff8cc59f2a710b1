"""The demo clinic: a pure, seeded generator of a believable health center, and its filing."""
