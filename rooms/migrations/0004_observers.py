from django.db import migrations

NAME = "observers"


def create(apps, schema_editor):
    apps.get_model("auth", "Group").objects.get_or_create(name=NAME)


def delete(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    """The third group of `rooms/access.py`: those who may read and nothing else."""

    dependencies = [("rooms", "0003_what_we_set"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create, delete)]
