"""The Django app; after each migrate the built-in roles are what the code says."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate


def _write_built_in_roles(**_: Any) -> None:
    from access.services.roles import write_built_in

    write_built_in()


def _guard_audit_log(using: str, plan: Any = None, **_: Any) -> None:
    """After a migrate; a test that empties all tables sends the same signal without a plan."""
    from access import triggers

    connection = connections[using]
    if plan is not None and "sequence" in _columns(connection, "access_auditentry"):
        triggers.install(connection)


def _columns(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        # After migrate instead of inside a migration: a later version's new permission then needs no migration,
        # and a database that was flushed gets its roles back.
        post_migrate.connect(_write_built_in_roles, sender=self)
        post_migrate.connect(_guard_audit_log, sender=self)

        from access import syslog

        if settings.AUDIT_SYSLOG:
            syslog.Receiver.parse(settings.AUDIT_SYSLOG)  # a wrong address is told at the start

        from access.services.sessions import begin

        user_logged_in.connect(begin, dispatch_uid="access.sessions.begin")
