"""What entries of the audit log say of sessions and changes, and their place in the chain.

The actor and the token are plain ids from now on: a foreign key that is set to nothing when its row goes would change
what was written.
"""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_outside_identities"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("sequence", models.PositiveBigIntegerField()),
                ("digest", models.CharField(max_length=100)),
                ("mac", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="AuditReader",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("sequence", models.PositiveBigIntegerField(default=0)),
                ("held_until", models.DateTimeField(default=django.utils.timezone.now)),
                ("failing_since", models.DateTimeField(null=True)),
            ],
        ),
        *(
            operation
            for name in ("actor", "token")
            for operation in (
                migrations.AlterField(
                    model_name="auditentry",
                    name=name,
                    field=models.UUIDField(null=True, db_column=f"{name}_id"),
                ),
                migrations.RenameField(model_name="auditentry", old_name=name, new_name=f"{name}_id"),
                migrations.AlterField(
                    model_name="auditentry", name=f"{name}_id", field=models.UUIDField(null=True)
                ),
            )
        ),
        migrations.AddField(
            model_name="auditentry",
            name="changes",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="digest",
            field=models.CharField(blank=True, default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="mac",
            field=models.CharField(default="", editable=False, max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="sequence",
            field=models.PositiveBigIntegerField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="session_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor_id", "-at"], name="audit_by_actor"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("sequence__isnull", True)), fields=["at", "id"], name="audit_unsealed"
            ),
        ),
    ]
