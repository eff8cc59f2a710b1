"""The auditor's pages."""

from django.urls import path

from waypost.web.audit import views

urlpatterns = [
    path("settings/audit", views.audit, name="audit"),
    path("settings/audit/entries.csv", views.export, name="audit-export"),
    path("settings/audit/verify", views.verify, name="audit-verify"),
]
