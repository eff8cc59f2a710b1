"""What keeps the program running: the embedded database, processes, files on disk."""
