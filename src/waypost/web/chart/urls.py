"""The addresses of this area. Ids are opaque: nothing a patient could be known by stands in one."""

from django.urls import path

from waypost.web.chart import editing, history, views

urlpatterns = [
    path("patients/<str:id>", views.patient, name="patient"),
    path("patients/<str:id>/open", views.open_chart, name="patient-open"),
    path("patients/<str:id>/timeline", views.timeline, name="patient-timeline"),
    path("patients/<str:id>/results", views.results, name="patient-results"),
    path("patients/<str:id>/documents", views.documents, name="patient-documents"),
    path("patients/<str:id>/documents/<str:did>", views.document, name="patient-document"),
    path("patients/<str:id>/documents/<str:did>/file", views.document_file, name="patient-file"),
    path("patients/<str:id>/edit/<str:form>", editing.edit, name="patient-edit"),
    path("patients/<str:id>/history", history.whole, name="patient-history"),
    path("patients/<str:id>/history/<str:type>/<str:rid>", history.of_resource, name="resource-history"),
    path("patients/<str:id>/history/<str:type>/<str:rid>/restore", history.restore, name="resource-restore"),
]
