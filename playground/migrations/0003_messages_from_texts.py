"""Prompts of earlier versions had a system prompt and one text; they become messages, and runs get their final cost."""

from decimal import Decimal

from django.db import migrations
from django.db.models import F

from playground.messages import folded


def forwards(apps, schema_editor):
    prompts = apps.get_model("playground", "Prompt")
    for prompt in prompts.objects.iterator():
        system = [{"role": "system", "content": prompt.system}] if prompt.system.strip() else []
        prompt.messages = [*system, {"role": "user", "content": prompt.text}]
        answers = prompt.runs.values_list("model_name", "text")
        said = "\n".join(f"{name}\n{text[:20_000]}" for name, text in answers)
        prompt.searched = folded(f"{prompt.system}\n{prompt.text}\n{said}")
        prompt.save(update_fields=["messages", "searched"])
    runs = apps.get_model("playground", "Run")
    runs.objects.update(offer=F("model_public_id"))
    for run in runs.objects.exclude(state__in=["queued", "connecting", "streaming", "stopping"]).iterator():
        text = run.computed_usd if run.is_rehearsal else (run.billed_usd or run.computed_usd)
        run.cost = int(Decimal(text).scaleb(12).to_integral_value()) if text else None
        run.save(update_fields=["cost"])


def backwards(apps, schema_editor):
    prompts = apps.get_model("playground", "Prompt")
    for prompt in prompts.objects.iterator():
        prompt.system = "\n\n".join(each["content"] for each in prompt.messages if each.get("role") == "system")
        prompt.save(update_fields=["system"])


class Migration(migrations.Migration):

    dependencies = [
        ("playground", "0002_the_whole_request"),
    ]

    operations = [
        migrations.RunPython(forwards, backwards, elidable=True),
        migrations.RemoveField(model_name="prompt", name="system"),
    ]
