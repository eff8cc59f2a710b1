from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "waypost.messaging"
    label = "messaging"
