"""The desk's addresses: one file of them per area."""

from django.urls import include, path

from waypost.web import undo
from waypost.web.design.views import design

urlpatterns = [
    path("", include("waypost.web.work.urls")),
    path("", include("waypost.web.find.urls")),
    path("", include("waypost.web.call.urls")),
    path("", include("waypost.web.park.urls")),
    path("", include("waypost.web.chart.urls")),
    path("", include("waypost.web.documents.urls")),
    path("", include("waypost.web.schedule.urls")),
    path("", include("waypost.web.flow.urls")),
    path("", include("waypost.web.referrals.urls")),
    path("", include("waypost.web.supervise.urls")),
    path("", include("waypost.web.account.urls")),
    path("", include("waypost.web.setup.urls")),
    path("", include("waypost.web.audit.urls")),
    path("undo", undo.undo, name="undo"),
    path("design", design, name="design"),
]
