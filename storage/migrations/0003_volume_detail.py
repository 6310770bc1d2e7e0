"""How a volume is encrypted, and what the format of the file below it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0002_storage_in_full"),
    ]

    operations = [
        migrations.AddField(
            model_name="volume",
            name="backing_format",
            field=models.CharField(blank=True, max_length=32, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="volume",
            name="encryption",
            field=models.CharField(blank=True, max_length=16, default=""),
            preserve_default=False,
        ),
    ]
