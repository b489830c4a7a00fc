from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_lines_aliases_and_extracts")]

    operations = [
        migrations.AlterField(
            model_name="rate",
            name="component",
            field=models.CharField(
                choices=[
                    ("input", "Input, per token"),
                    ("cache_read", "Cached input, per token"),
                    ("cache_write", "Cache write, per token"),
                    ("output", "Output, per token"),
                    ("reasoning", "Reasoning, per token"),
                    ("request", "Request, each"),
                    ("input_audio", "Audio input, per token"),
                    ("output_audio", "Audio output, per token"),
                    ("output_image", "Image output, per token"),
                    ("image", "Image, each"),
                    ("web_search", "Web search, each"),
                    ("page", "Page, each"),
                    ("annotated", "Annotated page, each"),
                    ("audio_minute", "Audio, per minute"),
                    ("character", "Text read aloud, per character"),
                ],
                help_text="What is charged for, and the unit that the amount is for.",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="rate",
            name="amount",
            field=models.CharField(
                blank=True,
                help_text="Exact, in the period’s currency, for one unit: $4 per 1,000 pages is 0.004. Blank: not known. 0: free.",
                max_length=40,
                verbose_name="amount per unit",
            ),
        ),
    ]
