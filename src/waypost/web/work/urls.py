"""The first page of the day, and the work on it."""

from django.urls import path

from waypost.web.work import acts, today, views

urlpatterns = [
    path("", today.today, name="today"),
    path("work/act", acts.act, name="work-act"),
    path("work/<str:id>", views.work, name="work"),
]
