from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("networks", "0002_networks_in_full"),
    ]

    operations = [
        migrations.AddField(
            model_name="network",
            name="pending",
            field=models.JSONField(default=list),
        ),
    ]
