"""Plugging at start: projections with the record, gateways with the rooms."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "waypost.config"
    label = "waypost_config"

    def ready(self) -> None:
        from waypost.config import plug

        plug.plug()
