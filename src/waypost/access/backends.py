"""Who an account is, with its tenant, in one query a request."""

from django.contrib.auth.backends import ModelBackend

from waypost.access.models import Account


class AccountBackend(ModelBackend):
    def get_user(self, user_id: int) -> Account | None:
        account = Account.objects.select_related("tenant").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None
