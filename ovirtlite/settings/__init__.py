"""Django's settings. All that differs between installations comes from the environment: see the table in the README."""

import os
import socket
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from access.identities.configuration import Ldap, Oidc
from ovirtlite import embedded
from ovirtlite.settings.home import Home
from ovirtlite.settings.rest import *  # noqa: F403

env = environ.Env()
HOME = Home.from_env()
BASE_DIR = HOME.project

DEBUG = False
SECRET_KEY = HOME.secret_key()
# The keys of secrets at rest, the one that seals first; else they are in the file (see access.keys).
SECRETS_KEYS: list[str] = env.str("OVIRTLITE_SECRETS_KEY", default="").split()
KEYS_FILE = HOME.keys_file
LISTEN = HOME.listen
CONSOLE_LISTEN = HOME.console_listen
CONSOLE_URL = HOME.console_url
ALLOWED_HOSTS = [
    "*"
]  # the Origin and CSRF checks below name the exact addresses; a Host header decides nothing
NODES_DIR = HOME.nodes
# Where workers keep images for a while: an export needs about twice what its disks hold.
SCRATCH_DIR = Path(env.str("OVIRTLITE_SCRATCH", default="") or HOME.path / "scratch")

# Where browsers may come from: exact origins, for CSRF, WebSockets and consoles alike.
_host, _, _port = LISTEN.rpartition(":")
_names = {_host.strip("[]") or "127.0.0.1"}
if _names & {"127.0.0.1", "0.0.0.0", "::1", "::"}:
    _names |= {"127.0.0.1", "localhost"}
if _names & {"0.0.0.0", "::"}:
    _names |= {socket.gethostname(), socket.getfqdn()}
ORIGINS: list[str] = sorted(
    {f"http://{name}:{_port}" for name in _names} | set(env.list("OVIRTLITE_ORIGINS", default=[]))
)
CSRF_TRUSTED_ORIGINS = ORIGINS
TRUSTED_PROXIES: list[str] = env.list("OVIRTLITE_TRUSTED_PROXIES", default=[])

# Who else may say who somebody is; see access.identities.
OIDC = Oidc.from_env(os.environ)
LDAP = Ldap.from_env(os.environ)
# How long the tokens of people from elsewhere work after these were last vouched for; 0: as long as any token.
OUTSIDE_TOKEN_DAYS: int = env.int("OVIRTLITE_OUTSIDE_TOKEN_DAYS", default=30)
# The first counts every password that is tried, whichever of the others knows about it.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "access.sessions.AccountBackend",
    *(["access.identities.directory.DirectoryBackend"] if LDAP else []),
    *(["access.identities.signing_in.ProviderBackend"] if OIDC else []),
]

# Which addresses of nodes a person may name (see hypervisor.uri).
ALLOW_TCP: bool = env.bool("OVIRTLITE_ALLOW_TCP", default=False)
# Whether every host reached over ssh must be added with the fingerprint that a person compared, or known_hosts.
REQUIRE_HOST_KEY: bool = env.bool("OVIRTLITE_REQUIRE_HOST_KEY", default=False)
# Below which folders of a host a person may have storage pools made.
POOL_ROOTS: list[str] = env.list(
    "OVIRTLITE_POOL_ROOTS", default=["/var/lib/libvirt", "/srv", "/mnt", "/media", "/data"]
)
LOCAL_ROOTS: list[Path] = [
    HOME.path,
    embedded.socket_folder(HOME.path),
    *(Path(p) for p in env.list("OVIRTLITE_LOCAL_ROOTS", default=[])),
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    # For its OpenID Connect alone: none of its pages has a route, and its tables stay empty (ADR 0028).
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "axes",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    "access",
    "live",
    "jobs",
    "hosts",
    "networks",
    "storage",
    "domains",
    "ovirtlite.apps.OvirtliteConfig",
]

ROOT_URLCONF = "ovirtlite.urls"
ASGI_APPLICATION = "ovirtlite.asgi.application"
AUTH_USER_MODEL = "access.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
APPEND_SLASH = False

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(HOME.database_url or f"sqlite:///{HOME.path / 'db.sqlite3'}")
}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # Writers wait for one another from the start of the transaction, instead of failing at its first write.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
    }
    # A file: nothing on the way can break it, and opening it costs a query.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    # A file for tests too: threads that share a database in memory get “table is locked” instead of waiting.
    DATABASES["default"]["TEST"] = {"NAME": HOME.path / "test.sqlite3"}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = HOME.redis()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = HOME.broker()
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "lifecycle"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "health_check_interval": 10}
# The database holds the job; a bell that cannot ring now is rung by the sweeper, so a request never waits for it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME.run / "beat")
CELERY_BEAT_SCHEDULE = {
    "sweep jobs": {"task": "jobs.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "empty the recycle bin": {
        "task": "ovirtlite.empty_recycle_bin",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
    "forget seeds": {"task": "ovirtlite.forget_seeds", "schedule": 10.0, "options": {"expires": 10}},
    "sample pools": {"task": "ovirtlite.sample_pools", "schedule": 3600.0, "options": {"expires": 600}},
    "run schedules": {"task": "ovirtlite.run_schedules", "schedule": 30.0, "options": {"expires": 25}},
    "seal the audit log": {"task": "ovirtlite.seal_audit", "schedule": 5.0, "options": {"expires": 5}},
    "send the audit log": {"task": "ovirtlite.send_audit", "schedule": 5.0, "options": {"expires": 5}},
    **(
        {
            "ask the directory": {
                "task": "ovirtlite.ask_directory",
                "schedule": 300.0,
                "options": {"expires": 240},
            }
        }
        if LDAP
        else {}
    ),
    "renew certificates": {
        "task": "ovirtlite.renew_certificates",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "prune what is old": {"task": "ovirtlite.prune", "schedule": 3600.0, "options": {"expires": 600}},
}

STATIC_URL = "/static/"
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": []},
    }
]

# How long is kept what is only history.
KEEP_EVENTS_DAYS: int = env.int("OVIRTLITE_KEEP_EVENTS_DAYS", default=30)
CERTIFICATE_DAYS: int = env.int("OVIRTLITE_CERTIFICATE_DAYS", default=90)
if not 3 <= CERTIFICATE_DAYS <= 825:
    raise ImproperlyConfigured("OVIRTLITE_CERTIFICATE_DAYS must be 3 to 825.")
KEEP_JOBS_DAYS: int = env.int("OVIRTLITE_KEEP_JOBS_DAYS", default=30)
KEEP_GONE_DAYS = 7
# 0: for ever.
KEEP_AUDIT_DAYS: int = env.int("OVIRTLITE_KEEP_AUDIT_DAYS", default=0)
# Where the audit log is sent too: udp://HOST[:PORT], tcp://HOST[:PORT] or unix:///PATH; see access.syslog.
AUDIT_SYSLOG: str = env.str("OVIRTLITE_AUDIT_SYSLOG", default="")
# How long after a domain's first start the seed of its cloud-init is taken out and removed, should it still run.
SEED_SECONDS = 900
# How long a deleted domain can be had back.
KEEP_DELETED_DAYS: int = env.int("OVIRTLITE_KEEP_DELETED_DAYS", default=7)

# Whether one person, or one address of strangers, may send so many requests and no more: see access.api.rates.
RATE_LIMITS: bool = env.bool("OVIRTLITE_RATE_LIMITS", default=True)

# Networks beside the world that volumes may be fetched from; see storage.fetching.guard.
FETCH_ALLOW: list[str] = [
    str(ip_network(word, strict=False)) for word in env.list("OVIRTLITE_FETCH_ALLOW", default=[])
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("OVIRTLITE_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "uvicorn.access": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it names addresses whole, with what is secret in them
    },
}
