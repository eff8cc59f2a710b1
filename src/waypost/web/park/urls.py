"""The addresses of the shelf."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.park import views

ids.register()

urlpatterns = [
    path("park", views.park, name="park"),
    path("parked", views.parked, name="parked"),
    path("parked/<id:id>", views.one, name="parked-one"),
    path("parked/<id:id>/typed", views.typed, name="parked-typed"),
    path("parked/<id:id>/drop", views.drop, name="parked-drop"),
]
