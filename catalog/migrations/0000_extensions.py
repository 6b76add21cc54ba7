"""What the search needs of PostgreSQL: trigrams, unaccent, and unaccent in a form that may be indexed."""

from django.db import migrations

from catalog.migrations._extensions import provide, withdraw


class Migration(migrations.Migration):
    dependencies = []

    operations = [migrations.RunPython(provide, withdraw)]
