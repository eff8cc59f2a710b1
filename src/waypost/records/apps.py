from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "waypost.records"
    label = "records"
