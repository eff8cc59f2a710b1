"""All addresses: the desk, and the FHIR door."""

from django.urls import include, path

urlpatterns = [
    path("", include("waypost.web.urls")),
]
handler400 = "waypost.web.errors.bad_request"
handler403 = "waypost.web.errors.not_allowed"
handler404 = "waypost.web.errors.not_found"
handler500 = "waypost.web.errors.broken"
