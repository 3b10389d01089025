from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows that were only marked, or that gave up a link, are not called updated."""

    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(
            model_name="beforeimage", name="ledger_before_image_action_known"
        ),
        migrations.AlterField(
            model_name="beforeimage",
            name="action",
            field=models.CharField(
                choices=[
                    ("updated", "updated: fields changed"),
                    ("deleted", "deleted"),
                    ("marked", "marked: no field changed"),
                    ("emptied", "emptied: a link or the mark of the primary"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="beforeimage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("action__in", ["updated", "deleted", "marked", "emptied"])
                ),
                name="ledger_before_image_action_known",
            ),
        ),
    ]
