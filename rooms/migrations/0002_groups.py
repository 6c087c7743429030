from django.db import migrations

NAMES = ["ops", "teachers"]


def create(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in NAMES:
        group.objects.get_or_create(name=name)


def delete(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=NAMES).delete()


class Migration(migrations.Migration):
    """The two groups of `rooms/access.py`, so that a fresh database can give them to people at once."""

    dependencies = [("rooms", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create, delete)]
