"""Which projections the record keeps, and which gateways the rooms speak through."""

from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from waypost.messaging import gateways
from waypost.records import projecting
from waypost.scheduling.queries import slots

# Each room's `projections.PROJECTIONS`.
ROOMS_WITH_PROJECTIONS = ("access", "registry", "chart", "scheduling", "coordination")


def plug() -> None:
    """Register every room's projections; called once at start."""
    for room in ROOMS_WITH_PROJECTIONS:
        for projection in import_module(f"waypost.{room}.projections").PROJECTIONS:
            projecting.register(projection)
    projecting.register_computed("Slot", slots.exists)
    plug_mail(settings.EMAIL_URL)


def plug_mail(url: str) -> None:
    """Send e-mail through the server that `EMAIL_URL` names; without one, what would go out stays in the outbox."""
    if not url:
        return
    from waypost.interfaces import smtp

    try:
        gateways.plug_mail(smtp.SmtpGateway(smtp.read(url)))
    except ValueError as wrong:
        raise ImproperlyConfigured(str(wrong)) from None
