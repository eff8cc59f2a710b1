"""Finding, registering and merging."""

from django.urls import path

from waypost.web.find import merge, register, views, words

urlpatterns = [
    path("find", views.find, name="find"),
    path("patients", views.patients, name="patients"),
    path("patients/register", register.register, name="register"),
    path("patients/register/found", register.from_find, name="register-from-find"),
    path("patients/merge", merge.merge, name="merge"),
    path("words/date", words.date_in_words, name="date-in-words"),
]
