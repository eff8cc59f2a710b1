"""The addresses of calls. A number never stands in one."""

from django.urls import path

from waypost.web.call import start, views
from waypost.web.chart import ids

ids.register()

urlpatterns = [
    path("call", start.start, name="call-start"),
    path("call/<id:id>", views.call, name="call"),
    path("call/<id:id>/nurse", views.nurse_now, name="call-nurse"),
]
