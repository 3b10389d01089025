from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_row_bases"),
    ]

    operations = [
        migrations.AddField(
            model_name="ledgerrun",
            name="pruned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ledgerrun",
            name="pruned",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
