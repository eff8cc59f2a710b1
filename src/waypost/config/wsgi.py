"""The web application: the FHIR door ahead of Django's middleware, everything else through it."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.config.settings")
desk = get_wsgi_application()

from waypost.api import wsgi as fhir  # noqa: E402 - rooms can be imported only once Django is set up


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one call, by the door it came to."""
    if fhir.mine(environ):
        return fhir.application(environ, start_response)
    return desk(environ, start_response)
