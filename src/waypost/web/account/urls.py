"""Signing in, the second step, settings. Accounts are made by an administrator: there is no sign-up here."""

from allauth.account import views as allauth_views
from django.urls import include, path

from waypost.web.account import people, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("account/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("account/confirm/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("account/password/", allauth_views.password_change, name="account_change_password"),
    path("account/two-step/", include("allauth.mfa.urls")),
    path("account/kept", views.kept, name="kept"),
    path("settings", views.settings_page, name="settings"),
    path("settings/people", people.people, name="people"),
    path("settings/people/add", people.add, name="person-add"),
    path("settings/people/<int:id>", people.change, name="person"),
    path("settings/look", views.save_look, name="save-look"),
]
