from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0008_recording_ends_and_turns")]

    operations = [
        migrations.CreateModel(
            name="TalkTime",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "text_file",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="talk_times", to="analytics.textfile"
                    ),
                ),
                ("session_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("peer_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("spans", models.JSONField(blank=True, default=list, verbose_name="when")),
            ],
        ),
    ]
