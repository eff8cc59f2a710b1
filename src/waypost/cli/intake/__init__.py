"""How `waypost import` gets from a path to versions: sources, then preparing, then writing."""
