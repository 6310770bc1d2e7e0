"""Where an external snapshot keeps the memory: a file that somebody stands on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("domains", "0008_deleting_backups"),
    ]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="memory_file",
            field=models.CharField(blank=True, default="", max_length=1000),
            preserve_default=False,
        ),
    ]
