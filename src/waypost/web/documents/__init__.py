"""Documents: adding them, the inbox of those to file, looking at one and filing it with one key."""
