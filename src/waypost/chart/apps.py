from django.apps import AppConfig


class ChartConfig(AppConfig):
    name = "waypost.chart"
    label = "chart"
