"""Django's settings for Windrose: the only reader of the environment.

With nothing set it runs locally: SQLite under var/, this machine's addresses, the rehearsal as upstream.
The README's table lists every variable; tests/test_settings.py holds the two together.
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.environment import (
    allowed_hosts,
    database,
    env,
    is_loopback,
    number,
    origins,
    secret,
    secret_key,
    switch,
    upstream_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))

DEBUG = switch("DEBUG")
SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = allowed_hosts(DEBUG)
CSRF_TRUSTED_ORIGINS = origins("CSRF_TRUSTED_ORIGINS")

# Where the server listens.
HOST = env.str("HOST", default="127.0.0.1")
PORT = int(number("PORT", default=8000, least=0, most=65535, is_whole=True))

# Behind an https proxy that sets X-Forwarded-Proto. A plain-http install on a local network must work, so it is off by default.
HTTPS_ONLY = switch("HTTPS_ONLY")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # subdomains and preloading are the site owner's to promise
if not HTTPS_ONLY:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

# Upstreams. Keys come from here and go into one request header, nowhere else.
OPENROUTER_API_KEY = secret("OPENROUTER_API_KEY")
OPENROUTER_BASE_URL = upstream_url("OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1")
MISTRAL_API_KEY = secret("MISTRAL_API_KEY")
MISTRAL_BASE_URL = upstream_url("MISTRAL_BASE_URL", "https://api.mistral.ai/v1")
COMPATIBLE_BASE_URL = upstream_url("COMPATIBLE_BASE_URL", "")
COMPATIBLE_API_KEY = secret("COMPATIBLE_API_KEY")
FIRST_TOKEN_SECONDS = number("FIRST_TOKEN_SECONDS", default=120, least=0.1, most=3600)
IDLE_SECONDS = number("IDLE_SECONDS", default=60, least=0.1, most=3600)
RUN_SECONDS = number("RUN_SECONDS", default=900, least=1, most=7200)

# Open pages that follow answers. Each holds a connection and a file descriptor, of which a process often has 1,024.
STREAMS_PER_USER = int(number("STREAMS_PER_USER", default=20, least=1, most=10_000, is_whole=True))
STREAMS_PER_PROCESS = int(number("STREAMS_PER_PROCESS", default=500, least=1, most=100_000, is_whole=True))

# The market's list is read every so many hours while the server runs; 0 leaves it to people and to cron.
SYNC_HOURS = number("SYNC_HOURS", default=0, least=0, most=24 * 30)

INSTALLED_APPS = [
    "playground",
    "catalog",
    "catalog.desk.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.signin.SignInMiddleware",
    "config.headers.PrivatePagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = True

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
            ],
            "builtins": ["catalog.templatetags.figures"],
        },
    }
]

# SQLite: one writer at a time from the first statement of a transaction (IMMEDIATE), and nothing lost at power loss (FULL).
DATABASES = {"default": database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'windrose.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 20}}
DATABASES["default"]["CONN_MAX_AGE"] = 0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "sesame.backends.ModelBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "playground:compose"
LOGOUT_REDIRECT_URL = "catalog:table"
SESAME_ONE_TIME = True
SESAME_MAX_AGE = 3600
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, H:i"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FIXTURES_DIR = BASE_DIR / "fixtures"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a model with a long price history has over a thousand fields in the admin
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "catalog": {"level": "INFO"},
        "playground": {"level": "INFO"},
        # The HTTP libraries log whole addresses and, on errors, headers.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        # Refused requests that anybody can send at will; each would write a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "django.security.TooManyFilesSent": {"level": "CRITICAL"},
    },
}

if not DEBUG and not is_loopback(HOST) and ALLOWED_HOSTS == ["127.0.0.1", "localhost", "[::1]"]:
    raise ImproperlyConfigured(
        f"HOST={HOST} listens beyond this machine. Set ALLOWED_HOSTS to the names that people will use."
    )
