"""The addresses of guests, for lists and the search."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0003_sealed_definition")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="addresses",
            field=models.CharField(blank=True, max_length=1000),
        ),
    ]
