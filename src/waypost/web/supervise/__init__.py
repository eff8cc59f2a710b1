"""Who has how much, what is about to be late, what nobody has; and sharing it out in one act."""
