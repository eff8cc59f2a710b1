"""Search over the index: a typed plan in, one statement out, versions back.

`plan` is what may be asked, `sql` turns it into a statement (pure), `run` executes it under a Scope.
"""
