from django.db import migrations, models


class Migration(migrations.Migration):
    """Deliveries that a person has looked at and wants no more of may rest apart from the dead."""

    dependencies = [
        ("webhooks", "0002_notes_and_heartbeat"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "waiting"),
                    ("processed", "read"),
                    ("failed", "failed, will be tried again"),
                    ("dead", "dead, waiting for a person"),
                    ("ignored", "kept, nothing to read"),
                    ("aside", "set aside"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
    ]
