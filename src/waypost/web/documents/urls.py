"""The addresses of documents."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.documents import adding, inbox, showing, splitting, views

ids.register()

urlpatterns = [
    path("patients/<id:id>/add-documents", adding.add_for_patient, name="patient-add-documents"),
    path("documents", inbox.inbox, name="records"),
    path("documents/add", adding.add_to_inbox, name="documents-add"),
    path("documents/join", inbox.join, name="documents-join"),
    path("documents/<id:did>", views.document, name="document"),
    path("documents/<id:did>/file", views.file, name="document-file"),
    path("documents/<id:did>/whose", views.whose, name="document-whose"),
    path("documents/<id:did>/split", splitting.split, name="document-split"),
    path("documents/<id:did>/not-ours", views.not_ours, name="document-not-ours"),
    path("documents/<id:did>/pages/<int:n>", showing.page, name="document-page"),
    path("documents/<id:did>/original", showing.original, name="document-original"),
]
