from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "waypost.registry"
    label = "registry"
