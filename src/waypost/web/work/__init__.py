"""The worklist on the desk: Today, one piece of work, and the acts on it."""
