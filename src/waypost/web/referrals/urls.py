"""The addresses of referrals."""

from django.urls import path

from waypost.web.chart import ids
from waypost.web.referrals import acts, asking, listing, one

ids.register()

urlpatterns = [
    path("referrals", listing.referrals, name="referrals"),
    path("referrals/<id:id>", one.referral, name="referral"),
    path("referrals/<id:id>/letter", acts.letter, name="referral-letter"),
    path("referrals/<id:id>/packet", acts.packet, name="referral-packet"),
    path("referrals/<id:id>/fhir", acts.as_fhir, name="referral-bundle"),
    path("referrals/<id:id>/act/<slug:do>", acts.act, name="referral-act"),
    path("patients/<id:id>/referrals", listing.of_patient, name="patient-referrals"),
    path("patients/<id:id>/ask", asking.ask, name="ask"),
    path("patients/<id:id>/refer", acts.refer, name="refer"),
]
