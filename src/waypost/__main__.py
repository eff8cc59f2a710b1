"""`python -m waypost`."""

from waypost.cli.main import main

raise SystemExit(main())
