"""Running the rules: follow the feed, look again when a clock says so, and settle what they answer with what is open."""
