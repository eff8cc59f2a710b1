"""The first page of the day, and the work on it."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.work import acts, cover, narrowing, new, today, views

ids.register()

urlpatterns = [
    path("", today.today, name="today"),
    path("work/act", acts.act, name="work-act"),
    path("work/new", new.new, name="work-new"),
    path("work/view", narrowing.keep, name="view-keep"),
    path("work/view/drop", narrowing.drop, name="view-drop"),
    path("cover", cover.cover, name="cover"),
    path("cover/<id:id>/end", cover.end, name="cover-end"),
    path("work/<id:id>", views.work, name="work"),
]
