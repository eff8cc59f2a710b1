from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "waypost.coordination"
    label = "coordination"
