from django.db import migrations, models

EVERY_MODEL = 0


def mark_all(apps, schema_editor):
    """Rows of the table that were written before know nothing of what is over: all are written anew."""
    if apps.get_model("catalog", "LanguageModel").objects.exists():
        apps.get_model("catalog", "StaleModel").objects.get_or_create(model_id=EVERY_MODEL)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_prices_by_unit")]

    operations = [
        migrations.AddField(
            model_name="market",
            name="vendor",
            field=models.ForeignKey(
                blank=True,
                help_text="The vendor whose own API this is: what it retires ends here on the same day. Blank for a market that sells the models of others.",
                null=True,
                on_delete=models.deletion.SET_NULL,
                related_name="markets",
                to="catalog.vendor",
                verbose_name="own market of",
            ),
        ),
        migrations.AddField(
            model_name="languagemodel",
            name="called_retired_on",
            field=models.DateField(
                blank=True,
                help_text="Only where the vendor calls it retired and names no day: the day on which that was read.",
                null=True,
                verbose_name="called retired, without a day",
            ),
        ),
        migrations.AddField(
            model_name="span",
            name="is_sold",
            field=models.BooleanField(default=True),
        ),
        migrations.RunPython(mark_all, migrations.RunPython.noop),
    ]
