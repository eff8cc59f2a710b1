"""Secrets of the second step at rest: encrypted under a key derived from the clinic's secret key, which is no row."""

import base64
from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from waypost.kernel.problem import Problem

MARK = "enc1:"  # what was stored before has none, is read as it is and encrypted when it is next set up


class SecretUnreadable(Problem):
    """The secret key was replaced: what it had encrypted cannot be read."""

    code, status, issue = "web.secret-unreadable", 503, "security"
    title = "The second step cannot be checked."
    remedy = "The clinic's secret key has changed. Whoever runs Waypost can put the earlier one back."


class MfaAdapter(DefaultMFAAdapter):
    """django-allauth's hooks for secrets: the app's code and the recovery codes; and what a passkey is called at first."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code or passkey does not fit. Try again, or sign in another way.",
    }

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        many = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {many + 1}" if many else "My passkey"

    def encrypt(self, text: str) -> str:
        return MARK + _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        if not encrypted_text.startswith(MARK):
            return encrypted_text
        try:
            return _keys().decrypt(encrypted_text.removeprefix(MARK).encode()).decode()
        except InvalidToken:
            raise SecretUnreadable from None


def _keys() -> MultiFernet:
    """Return the key in use first, then those it followed."""
    return MultiFernet([_key(one) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"waypost second step").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
