"""The database itself refuses to change or delete entries of the audit log: also to who goes past the product's code.

Two things pass: giving an entry its place in the chain, once; and deleting what lies before the chain's anchor. Set
anew after every migration, since SQLite's triggers go with a table that a migration remakes.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from access.chain import SAID

_TABLE, _ANCHOR = "access_auditentry", "access_auditanchor"
_CHANGED, _DELETED, _EMPTIED = "audit_never_changed", "audit_never_deleted", "audit_never_emptied"
_WORDS = "entries of the audit log are never changed or deleted"

# Nothing but names of this module is put into these.
_SQLITE = (
    f"""
    CREATE TRIGGER {_CHANGED} BEFORE UPDATE ON {_TABLE}
    WHEN OLD.sequence IS NOT NULL OR NEW.sequence IS NULL OR NEW.mac IS NOT OLD.mac
        OR {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in SAID)}
    BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END
    """,
    f"""
    CREATE TRIGGER {_DELETED} BEFORE DELETE ON {_TABLE}
    WHEN OLD.sequence IS NULL OR OLD.sequence > (SELECT COALESCE(MAX(sequence), 0) FROM {_ANCHOR})
    BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END
    """,  # noqa: S608
)

_POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION {_CHANGED}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
            AND to_jsonb(OLD) - 'sequence' - 'digest' = to_jsonb(NEW) - 'sequence' - 'digest' THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' AND OLD.sequence <= (SELECT COALESCE(MAX(sequence), 0) FROM {_ANCHOR}) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '{_WORDS}';
    END $$
    """,  # noqa: S608
    f"CREATE TRIGGER {_CHANGED} BEFORE UPDATE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {_CHANGED}()",
    f"CREATE TRIGGER {_DELETED} BEFORE DELETE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {_CHANGED}()",
    f"CREATE TRIGGER {_EMPTIED} BEFORE TRUNCATE ON {_TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {_CHANGED}()",
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers as this version has them."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off, which nothing does but `install` and tests that empty their tables."""
    on = f" ON {_TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in (_CHANGED, _DELETED, _EMPTIED):
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
