"""The first page of the day, and the work on it."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.work import acts, today, views

ids.register()

urlpatterns = [
    path("", today.today, name="today"),
    path("work/act", acts.act, name="work-act"),
    path("work/<id:id>", views.work, name="work"),
]
