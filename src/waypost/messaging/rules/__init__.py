"""What goes out and how it is worded: pure, time as an argument."""
