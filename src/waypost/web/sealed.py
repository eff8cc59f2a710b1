"""Words sealed for a short while, so that they can stand in an address without being read there."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SEALED_SECONDS_MAX = 3600


def seal(text: str, use: str) -> str:
    return _key(use).encrypt(text.encode()).decode()


def unseal(sealed: str, use: str) -> str:
    """Return what was sealed for this use, '' where it is too old or not ours."""
    try:
        return _key(use).decrypt(sealed.encode(), ttl=SEALED_SECONDS_MAX).decode()
    except (InvalidToken, UnicodeError):
        return ""


def _key(use: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"waypost {use}".encode()).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
