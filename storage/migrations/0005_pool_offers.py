import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hosts", "0003_interfaces"),
        ("storage", "0004_uploads_under_way"),
    ]

    operations = [
        migrations.CreateModel(
            name="PoolOffers",
            fields=[
                (
                    "host",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pool_offers",
                        serialize=False,
                        to="hosts.host",
                    ),
                ),
                ("offers", models.JSONField(null=True)),
            ],
        ),
    ]
