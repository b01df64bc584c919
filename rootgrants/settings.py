"""Every setting of RootGrants, read from the environment; .env.example names them all."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # fictional data, its banner, the page of sent letters
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))


def local_secret():
    """The key of a machine that only demonstrates: made once, kept beside its database."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    key_file = VAR_DIR / "secret_key"
    if not key_file.exists():
        key_file.write_text(get_random_secret_key())
        key_file.chmod(0o600)
    return key_file.read_text()


def private_files(url):
    """Where uploaded papers are kept: the folder MEDIA_ROOT, or the bucket s3://name/folder?endpoint=https://host&region=name."""
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    address = urlsplit(url)
    more = dict(parse_qsl(address.query))
    if address.scheme != "s3" or not address.netloc or more.keys() - {"endpoint", "region"}:
        raise environ.ImproperlyConfigured(
            "STORAGE_URL is s3://bucket/folder?endpoint=https://host&region=name."
        )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": address.netloc,
            "location": address.path.strip("/"),
            "endpoint_url": more.get("endpoint"),
            "region_name": more.get("region"),
            "addressing_style": "path" if "endpoint" in more else None,  # as all but Amazon's servers know it
            "access_key": env("AWS_ACCESS_KEY_ID", default=None),
            "secret_key": env("AWS_SECRET_ACCESS_KEY", default=None),
            "object_parameters": {"ContentType": "application/octet-stream"},  # never what was claimed
            "max_memory_size": 1024 * 1024,  # of a file that is read; the rest of it is on the disk
        },
    }


def sealing_keys():
    """What seals the bank accounts of reviewers: the first key seals, all of them open. Only the demonstration has one of its own."""
    keys = [key.strip() for key in env.list("SEALING_KEYS", default=[])] or (
        [DEMONSTRATION_KEY] if DEMO else []
    )
    if not keys:
        raise environ.ImproperlyConfigured(
            "SEALING_KEYS holds at least one key; .env.example says how it is made."
        )
    if DEMONSTRATION_KEY in keys and not DEMO:
        raise environ.ImproperlyConfigured(
            "SEALING_KEYS holds the key of the demonstration, which everybody knows."
        )
    try:
        [Fernet(key) for key in keys]
    except ValueError:
        raise environ.ImproperlyConfigured(
            "SEALING_KEYS holds a key that is none: 32 bytes in URL-safe Base64."
        ) from None
    return keys


DEMONSTRATION_KEY = "Zm9yIHRoZSBkZW1vbnN0cmF0aW9uIGFsb25lICAgICA="
SEALING_KEYS = sealing_keys()
SECRET_KEY = env("SECRET_KEY", default="") or (local_secret() if DEBUG or DEMO else "")
SITE_URL = env("SITE_URL", default="http://localhost:8000")  # every link in a letter begins with it
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.list(
    "TRUSTED_PROXIES", default=[]
)  # whose X-Request-Start and X-Forwarded-For are believed

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "django_htmx",
    "csp",
    "django_linear_migrations",
    "applications",
]

MIDDLEWARE = [
    "applications.kernel.web.ArrivalMiddleware",  # first: what counts as the instant of arrival
    "applications.kernel.web.AddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "applications.kernel.web.NulMiddleware",  # its 400 carries the headers of those above
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "applications.accounts.session.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "applications.accounts.session.SessionMiddleware",
    "applications.kernel.web.RefusedMiddleware",
]

CSRF_FAILURE_VIEW = "applications.portal.errors.forged"
ROOT_URLCONF = "rootgrants.urls"
WSGI_APPLICATION = "rootgrants.wsgi.application"
ASGI_APPLICATION = "rootgrants.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "applications.portal.context.frame",
            ],
        },
    },
]

# Database
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728; "
            "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY; "
            "PRAGMA recursive_triggers=ON;"  # else INSERT OR REPLACE deletes past the guards of append-only tables
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 5},
        "options": "-c jit=off",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "applications.User"
AUTHENTICATION_BACKENDS = ["applications.permissions.TableBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "applications.accounts.passwords.UnlikeThePerson"},
    {"NAME": "applications.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "applications.accounts.passwords.Uncommon"},
    {"NAME": "applications.accounts.passwords.NotOnlyDigits"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEMO)
if not STAFF_SECOND_FACTOR and not DEMO:
    raise environ.ImproperlyConfigured("STAFF_SECOND_FACTOR may be switched off for the demonstration only.")

ACCOUNT_ADAPTER = "applications.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "applications.accounts.forms.SignUpForm"
ACCOUNT_FORMS = {"signup": "applications.accounts.signing_up.WholeSignUpForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = (
    False  # who is not known gets no letter: nobody is written to on a stranger's word
)
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:front"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https") else "http"
ACCOUNT_RATE_LIMITS = {  # an office behind one address is not one person; ten wrong passwords are
    "login": "600/m/ip",
    "login_failed": "10/5m/key",
    "signup": "600/m/ip",
    "reset_password": "600/m/ip,5/h/key",
    "confirm_email": "1/10s/key",
    "reauthenticate": "20/m/user",
    "verify_receipt": "30/m/ip",
    "ask_to_join": "20/h/user",
    "subscribe": "30/h/ip",
    "subscribe_address": "3/d/key",
}
PASSWORD_RESET_TIMEOUT = 3600
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
MFA_TOTP_ISSUER = "RootGrants"

SESSION_IDLE_SECONDS = {"applicant": 3600}  # docs/domain.md, sessions; everybody else:
SESSION_IDLE_SECONDS_OTHERS = 1800
SESSION_WARNING_SECONDS = 300
SESSION_COOKIE_AGE = SESSION_MOST_SECONDS = 12 * 3600  # without use, and in all
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# Language and time
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "applications" / "locale"]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"  # filled when the image is built
WHITENOISE_USE_FINDERS = DEBUG or DEMO
MEDIA_ROOT = Path(env("PRIVATE_FILES", default=str(VAR_DIR / "files")))  # never served by address
STORAGES = {
    "default": private_files(env("STORAGE_URL", default="")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "applications.kernel.files.arriving.LimitedUploadHandler",
]
CLAMD_HOST = env("CLAMD_HOST", default="")  # host:port or the path of a socket; none: files are not scanned
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# The tax office's register of businesses; without a key nobody is asked and every standing is to be confirmed
TAXOFFICE_URL = env("TAXOFFICE_URL", default="https://api.odcloud.kr/api/nts-businessman")
TAXOFFICE_KEY = env("TAXOFFICE_KEY", default="")

# Letters and queued work
globals().update(env.email_url("EMAIL_URL", default="dummymail://" if DEMO else "smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="RootGrants <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {
            "MAX_ENTRIES": 100_000
        },  # a flood of other addresses must not push a counter of tries out
    }
}

IS_WEB = env.bool(
    "IS_WEB", default=False
)  # the web service gives up on a broker at once; the sweep is its retry
CELERY_BROKER_URL = (
    env("CELERY_BROKER_URL", default="") or "memory://here"
)  # none: in process and by `manage.py tick`
CELERY_TASK_ALWAYS_EAGER = CELERY_BROKER_URL == "memory://here"
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # longer than the longest task, or it would be started twice
    "socket_connect_timeout": 0.15,
    "socket_timeout": 0.15 if IS_WEB else 30,
    "retry_on_timeout": False,
    "max_retries": 0,
    "health_check_interval": 0 if IS_WEB else 25,
}
CELERY_BEAT_SCHEDULE = {
    "letters left behind": {
        "task": "applications.notifications.tasks.sweep_letters",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "reminders of drafts": {
        "task": "applications.intake.tasks.remind",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "supplements that are due": {
        "task": "applications.intake.tasks.remind_of_supplements",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "results that fall due": {
        "task": "applications.decision.tasks.publish_due",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "reserve lists that end": {
        "task": "applications.decision.tasks.end_reserves",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "requests to join that nobody answered": {
        "task": "applications.firms.tasks.end_requests",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "standing of firms at the tax office": {
        "task": "applications.firms.tasks.ask_tax_office",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "files that came": {
        "task": "applications.kernel.files.tasks.examine_files",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "files that officers bring in": {
        "task": "applications.portal.tasks.carry_imports_on",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "files of long lists": {
        "task": "applications.portal.tasks.carry_exports_on",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "how severe reviewers are": {
        "task": "applications.review.tasks.carry_calibrations_on",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "public figures of confirmed calls": {
        "task": "applications.decision.tasks.report_fairness",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "how firm the cut is": {
        "task": "applications.decision.tasks.carry_resamplings_on",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "conflicts with who takes part since": {
        "task": "applications.review.tasks.look_at_participants",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "reminders of sheets": {
        "task": "applications.review.tasks.remind_reviewers",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "invitations to panels": {
        "task": "applications.review.tasks.keep_invitations",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "how long sheets take": {
        "task": "applications.review.tasks.measure_paces",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "proposals who reviews what": {
        "task": "applications.review.tasks.carry_plans_on",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "papers of applications with a virus": {
        "task": "applications.intake.tasks.tell_of_viruses",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "papers of firms with a virus": {
        "task": "applications.firms.tasks.tell_of_viruses",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "papers of firms that expire": {
        "task": "applications.firms.tasks.warn_of_expiry",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "uploads that were given up": {
        "task": "applications.kernel.files.tasks.sweep_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

# Security
HTTPS = env.bool("HTTPS", default=not (DEBUG or DEMO))
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked beside the proxy, in the house itself
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

FORM_RENDERER = (
    "django.forms.renderers.TemplatesSetting"  # attributes of fields: templates/django/forms/widgets
)
CRISPY_ALLOWED_TEMPLATE_PACKS = ["krds"]
CRISPY_TEMPLATE_PACK = "krds"
CRISPY_FAIL_SILENTLY = not DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
