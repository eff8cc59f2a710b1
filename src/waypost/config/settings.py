"""Settings. Each value a person may set stands in docs/settings.md and is checked by `waypost check`."""

import os
import secrets
from pathlib import Path

from waypost.config.assets import generated_folder
from waypost.config.database import data_dir, databases

DATA_DIR = data_dir()
WAYPOST_TEST = False
WAYPOST_AUDIT_KEY_FILE = os.environ.get("WAYPOST_AUDIT_KEY_FILE") or str(DATA_DIR / "keys" / "audit")
WAYPOST_AUDIT_ANCHORS = os.environ.get("WAYPOST_AUDIT_ANCHORS") or str(DATA_DIR / "audit" / "anchors")
WAYPOST_DOCUMENTS_DIR = os.environ.get("WAYPOST_DOCUMENTS_DIR") or str(DATA_DIR / "documents")
WAYPOST_BASE_URL = os.environ.get("WAYPOST_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
EMAIL_URL = os.environ.get("EMAIL_URL", "")
WAYPOST_DEMO = os.environ.get("WAYPOST_DEMO") == "1"  # the demo clinic shows its sign-ins on the sign-in page


def _secret_key() -> str:
    named = os.environ.get("WAYPOST_SECRET_KEY_FILE")
    path = Path(named) if named else DATA_DIR / "keys" / "secret"
    try:
        return path.read_text().strip()
    except OSError:
        return secrets.token_urlsafe(48)  # nothing is set up yet; sessions made now end with this process


SECRET_KEY = _secret_key()
DEBUG = False
_https = WAYPOST_BASE_URL.startswith("https://")
_host = WAYPOST_BASE_URL.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
ALLOWED_HOSTS = [_host, "127.0.0.1", "localhost", "[::1]", *filter(None, os.environ.get("WAYPOST_HOSTS", "").split(","))]
CSRF_TRUSTED_ORIGINS = [WAYPOST_BASE_URL] if _https else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "waypost.web",  # before allauth: its pages are ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "waypost.audit",
    "waypost.records",
    "waypost.access",
    "waypost.registry",
    "waypost.chart",
    "waypost.scheduling",
    "waypost.messaging",
    "waypost.coordination",
    "waypost.config",
]
MIDDLEWARE = [
    "waypost.web.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "waypost.web.account.guard.SessionRules",
    "waypost.web.middleware.Contexts",
    "waypost.web.account.guard.SignedIn",
    "waypost.web.park.shelf.Shelf",
    "waypost.web.errors.ProblemPages",
]
ROOT_URLCONF = "waypost.config.urls"
WSGI_APPLICATION = "waypost.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = databases()
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["waypost.access.backends.AccountBackend",
                           "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

ACCOUNT_ADAPTER = "waypost.web.account.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth wants to know all the same
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "waypost.web.account.secrets.MfaAdapter"
MFA_FORMS = {"add_webauthn": "waypost.web.account.passkeys.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Waypost"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https  # on this machine only: browsers allow passkeys on localhost

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "waypost_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "waypost.web.errors.stale_form"

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [generated_folder()]
STATIC_ROOT = os.environ.get("WAYPOST_STATIC_ROOT") or str(DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # `waypost serve` names a folder and fills it with hashed, compressed copies.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if os.environ.get("WAYPOST_STATIC_ROOT")
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "workers"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Paths of refused requests may hold what a person typed; our own lines name routes instead.
    "loggers": {"django.request": {"level": "CRITICAL"}, "django.security": {"level": "ERROR"},
                "psycopg.pool": {"level": "ERROR"}},
}
