"""Reading what a search asks: pure, from pairs of name and value to a plan."""
