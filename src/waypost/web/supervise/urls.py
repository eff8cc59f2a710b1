"""The addresses of the supervisor's page."""

from django.urls import path

from waypost.web.supervise import views

urlpatterns = [
    path("supervise", views.supervise, name="supervise"),
    path("supervise/share", views.share, name="supervise-share"),
]
