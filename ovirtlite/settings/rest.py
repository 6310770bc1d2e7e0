"""Settings of HTTP: middleware, sessions, passwords, REST framework and its OpenAPI document."""

from typing import Any

import environ

_env = environ.Env()

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "ovirtlite.api.middleware.client_address",
    "ovirtlite.api.middleware.security_headers",
    "ovirtlite.api.middleware.bounded_body",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

MAX_BODY_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Sessions live in the database: an emptied or absent Redis signs nobody out.
SESSION_ENGINE = "access.sessions"
SESSION_COOKIE_NAME = "ovirtlite_session"
SESSION_COOKIE_AGE = 12 * 3600  # from the sign-in on, used or not
# How long a session may rest without any request; 0: as long as it lasts.
SESSION_IDLE_SECONDS: int = _env.int("OVIRTLITE_SESSION_IDLE_SECONDS", default=0)
# Who must have a second factor: none, administrators, all.
REQUIRE_SECOND_FACTOR: str = _env.str("OVIRTLITE_REQUIRE_SECOND_FACTOR", default="none")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "csrftoken"
CSRF_FAILURE_VIEW = "ovirtlite.api.problems.csrf_failed"
# The header counts only from OVIRTLITE_TRUSTED_PROXIES: our middleware removes it from anybody else's requests.
# Secure is set on every cookie of an https request by the same middleware: one process may serve both.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

AXES_HANDLER = "access.services.lock_out.Tiers"
AXES_CLIENT_IP_CALLABLE = "access.services.lock_out.address_of"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Its middleware would answer in words of its own; services refuse with a problem document instead.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
# Of allauth the way to an OpenID provider and back is used, nothing else; access.identities does the rest.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*"]
SOCIALACCOUNT_ADAPTER = "access.identities.oidc.Adapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
PASSWORD_HASHERS = ["access.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "display_name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "access.api.authentication.BearerAuthentication",
        "access.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["access.api.authentication.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["ovirtlite.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ovirtlite.api.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "ovirtlite.api.rendering.AlwaysJSON",
    "DEFAULT_PAGINATION_CLASS": "access.api.paging.LimitOffset",
    "DEFAULT_FILTER_BACKENDS": [
        "access.api.filters.StrictFilter",
        "access.api.filters.Search",
        "access.api.filters.StrictOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "ovirtlite.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "ovirtlite.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["ovirtlite.api.rendering.JSONRenderer"],
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "ovirtlite",
    "DESCRIPTION": "Hosts, domains, jobs and accounts of one ovirtlite. Errors are RFC 9457 problem documents.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ovirtlite.api.schema.tell_alternatives_apart",
        "ovirtlite.api.schema.add_shared_parts",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "JobState": "jobs.models.JobState",
        "HostState": "hosts.models.HostState",
        "DomainState": "domains.models.STATES",
        "PoolState": "storage.models.STATES",
        "PoolType": "storage.api.pool_shapes.POOL_TYPES",
        "PoolBuild": "storage.api.pool_shapes.BUILDS",
        "ContentFormat": "storage.content.inspecting.FORMATS",
        "UploadAction": "storage.api.content_shapes.UPLOAD_ACTIONS",
        "ImageAction": "storage.api.images.IMAGE_ACTIONS",
        "VolumeAction": "storage.api.volume_shapes.ACTIONS",
        "ImageKind": "storage.api.images.IMAGE_KINDS",
        "PoolPart": "storage.api.pool_shapes.PARTS",
        "ConsoleType": "domains.api.shapes.CONSOLES",
        "BackupState": "domains.models.Backup.State",
        "ScheduleKind": "domains.models.Schedule.Kind",
        "DiskFormat": "domains.api.backups_shapes.FORMATS",
        "Permission": "access.api.serializers.PERMISSION_CHOICES",
        "GrantableKind": "access.permissions.GRANTABLE_KINDS",
        "AuditResult": "access.api.shapes.RESULTS",
        "Theme": "access.api.shapes.THEMES",
        "AccountSource": "access.api.shapes.SOURCES",
        "SecondFactorKind": "access.models.SecondFactor.Kind",
    },
}
