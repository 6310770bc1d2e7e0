"""Prove and chain the entries of before, as they are now: what was changed earlier cannot be known any more."""

from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from access.chain import SAID, canonical, linked, signed


def _chain(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    entries: Any = apps.get_model("access", "AuditEntry")._default_manager.using(editor.connection.alias)
    at, digest = 0, ""
    every = entries.order_by("at", "id").iterator(chunk_size=500)
    while rows := list(islice(every, 500)):
        for row in rows:
            row.mac = signed(b"entry:" + canonical({name: getattr(row, name) for name in SAID}))
            at, digest = at + 1, linked(at + 1, digest, row.mac)
            row.sequence, row.digest = at, digest
        entries.bulk_update(rows, ["mac", "sequence", "digest"])


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_audit_chain"),
    ]

    operations = [migrations.RunPython(_chain, migrations.RunPython.noop)]
