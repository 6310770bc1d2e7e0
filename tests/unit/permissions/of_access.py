"""Accounts, what they may do, their sessions and tokens, and the audit log."""

from tests.unit.permissions.rules import EVERYBODY, SIGNING_IN, Table, any_of

_SHARES = any_of("grant.manage", "grant.share")
_GIVES_ROLES = any_of("role.manage", "grant.manage", "grant.share")

TABLE: Table = {
    ("get", "me/"): EVERYBODY,
    ("patch", "me/"): EVERYBODY,
    ("post", "me/password/"): EVERYBODY,
    ("post", "me/confirm/"): EVERYBODY,
    ("get", "me/sessions/"): EVERYBODY,
    ("delete", "me/sessions/<uuid:pk>/"): EVERYBODY,
    ("post", "me/sessions/end-others/"): EVERYBODY,
    ("get", "me/second-factors/"): EVERYBODY,
    ("delete", "me/second-factors/<uuid:pk>/"): EVERYBODY,
    ("post", "me/second-factors/totp/"): EVERYBODY,
    ("post", "me/second-factors/totp/confirm/"): EVERYBODY,
    ("post", "me/second-factors/webauthn/"): EVERYBODY,
    ("post", "me/second-factors/webauthn/confirm/"): EVERYBODY,
    ("post", "me/second-factors/recovery-codes/"): EVERYBODY,
    ("post", "auth/logout/"): EVERYBODY,
    ("get", "auth/second-factor/"): SIGNING_IN,
    ("post", "auth/second-factor/"): SIGNING_IN,
    ("get", "tokens/"): EVERYBODY,
    ("post", "tokens/"): EVERYBODY,
    ("get", "tokens/<uuid:pk>/"): EVERYBODY,
    ("patch", "tokens/<uuid:pk>/"): EVERYBODY,
    ("delete", "tokens/<uuid:pk>/"): EVERYBODY,
    **{
        (method, f"{what}/{at}"): f"{'user' if what == 'groups' else what[:-1]}.manage"
        for what in ("users", "groups", "roles", "grants")
        for method, at in (("get", ""), ("post", ""), ("get", "<uuid:pk>/"), ("patch", "<uuid:pk>/"),
                           ("delete", "<uuid:pk>/"))
    },
    ("get", "roles/"): _GIVES_ROLES,
    ("get", "roles/<uuid:pk>/"): _GIVES_ROLES,
    ("get", "grants/on/"): _SHARES,
    ("post", "grants/"): _SHARES,
    ("patch", "grants/<uuid:pk>/"): _SHARES,
    ("delete", "grants/<uuid:pk>/"): _SHARES,
    ("get", "users/<uuid:pk>/sessions/"): "user.manage",
    ("post", "users/<uuid:pk>/end-sessions/"): "user.manage",
    ("post", "users/<uuid:pk>/reset-second-factor/"): "user.manage",
    ("post", "users/<uuid:pk>/unlock/"): "user.manage",
    ("get", "audit/"): "audit.read",
    ("get", "audit/export/"): "audit.read",
    ("post", "audit/verify/"): "audit.read",
    ("get", "audit/<uuid:pk>/"): "audit.read",
}  # fmt: skip
