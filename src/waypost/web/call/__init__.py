"""The call on the desk: who is on the line, what may be said, what follows; filed as one contact."""
