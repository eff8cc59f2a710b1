"""Tenants and accounts: who may sign in. No care data stands here."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Tenant(models.Model):
    """An organization whose data stays apart."""

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(unique=True)
    name = models.TextField()
    zone = models.TextField(default="America/New_York")  # IANA name
    phone = models.TextField(default="")
    created = models.DateTimeField()

    class Meta:
        db_table = "access_tenant"

    def __str__(self) -> str:
        return self.name


class Account(AbstractUser):
    """A person who may sign in. `practitioner` is the id of the Practitioner who they are."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+")
    roles = ArrayField(models.TextField(), default=list)
    practitioner = models.TextField(default="", blank=True)
    site = models.TextField(default="", blank=True)  # Location id of the usual site
    display = models.TextField(default="", blank=True)

    class Meta(AbstractUser.Meta):
        db_table = "access_account"

    @property
    def shown_name(self) -> str:
        return self.display or self.get_full_name() or self.username


class AccessToken(models.Model):
    """A bearer token for the FHIR door; only its hash is kept."""

    hash = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    scopes = ArrayField(models.TextField(), default=list)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        db_table = "access_token"
