"""The addresses of this area. Ids are opaque: nothing a patient could be known by stands in one."""

from django.urls import path

from waypost.web.chart import editing, history, ids, views

ids.register()

urlpatterns = [
    path("patients/<id:id>", views.patient, name="patient"),
    path("patients/<id:id>/open", views.open_chart, name="patient-open"),
    path("patients/<id:id>/timeline", views.timeline, name="patient-timeline"),
    path("patients/<id:id>/results", views.results, name="patient-results"),
    path("patients/<id:id>/documents", views.documents, name="patient-documents"),
    path("patients/<id:id>/documents/<id:did>", views.document, name="patient-document"),
    path("patients/<id:id>/documents/<id:did>/file", views.document_file, name="patient-file"),
    path("patients/<id:id>/edit/<slug:form>", editing.edit, name="patient-edit"),
    path("patients/<id:id>/history", history.whole, name="patient-history"),
    path("patients/<id:id>/history/<kind:type>/<id:rid>", history.of_resource, name="resource-history"),
    path("patients/<id:id>/history/<kind:type>/<id:rid>/restore", history.restore, name="resource-restore"),
]
