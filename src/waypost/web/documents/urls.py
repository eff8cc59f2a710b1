"""The addresses of documents."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.documents import adding, showing, views

ids.register()

urlpatterns = [
    path("patients/<id:id>/add-documents", adding.add_for_patient, name="patient-add-documents"),
    path("documents/<id:did>", views.document, name="document"),
    path("documents/<id:did>/file", views.file, name="document-file"),
    path("documents/<id:did>/not-ours", views.not_ours, name="document-not-ours"),
    path("documents/<id:did>/pages/<int:n>", showing.page, name="document-page"),
    path("documents/<id:did>/original", showing.original, name="document-original"),
]
