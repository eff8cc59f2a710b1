"""Pages that are kept up to date while they are open. How to add one: docs/how-to/live.md."""
