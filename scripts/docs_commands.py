"""The pages of the command line and of the settings, from the code that they describe."""

import os


def commands() -> dict[str, str]:
    """Return a page for each command, and one that lists them."""
    import importlib

    from waypost.cli import main

    os.environ["COLUMNS"] = "110"
    pages = {}
    rows = []
    for name, words in main.COMMANDS.items():
        try:
            module = importlib.import_module(f"waypost.cli.{main.MODULES.get(name, name)}")
        except ModuleNotFoundError as missing:
            print(f"docs: waypost {name} has no module yet ({missing.name})")
            continue
        shown = main.parser_of(name, module).format_help().strip()
        examples = getattr(module, "EXAMPLES", ())
        text = [f"# waypost {name}", "", (module.__doc__ or "").strip(), "", "```text", shown, "```", ""]
        if examples:
            text += ["## For example", "", "```console", *(f"$ {line}" for line in examples), "```", ""]
        text += ["Exit codes: 0 done, 1 refused or failed (the reason is printed), 2 wrong use.", ""]
        pages[f"commands/{name}.md"] = "\n".join(text)
        rows.append(f"| [`waypost {name}`]({name}.md) | {words} |")
    head = ["# Commands", "", "`waypost COMMAND --help` says the same on the terminal.", "", "| command | what it does |", "|---|---|"]
    pages["commands/README.md"] = "\n".join([*head, *rows]) + "\n"
    return pages


def settings() -> str:
    """Every setting a person may make."""
    from waypost.config.known import SETTINGS

    lines = ["# Settings", "",
             "All settings are environment variables. None is needed to begin. `waypost check` looks at each and says what is",
             "wrong with it; the server and the worker look too before they start, and refuse a value that cannot work.", "",
             "| setting | what it is | default |", "|---|---|---|"]
    lines += [f"| `{s.name}` | {s.words} | {s.default} |" for s in SETTINGS]
    lines += ["", "## A PostgreSQL server of your own", "",
              "PostgreSQL 15 or newer with the extensions btree_gist, pg_trgm and unaccent (in most systems' contrib package).",
              "Two roles: one owns the tables and migrates, one is ordinary and runs the program. Waypost refuses to start as a",
              "superuser, a role with BYPASSRLS or the owner, because row-level security would not bind it.", "",
              "```sql",
              "CREATE ROLE waypost_owner LOGIN PASSWORD '…';",
              "CREATE ROLE waypost LOGIN PASSWORD '…';",
              "CREATE DATABASE waypost OWNER waypost_owner TEMPLATE template0 ENCODING UTF8 LOCALE 'C.UTF-8';",
              "\\c waypost",
              "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent;",
              "GRANT USAGE ON SCHEMA public TO waypost;",
              "```", "",
              "```console",
              "$ export DATABASE_URL=postgresql://waypost:…@db.example.org/waypost",
              "$ export DATABASE_OWNER_URL=postgresql://waypost_owner:…@db.example.org/waypost",
              "$ waypost init --name 'Harbor Health' --zone America/New_York",
              "```"]
    return "\n".join(lines) + "\n"
