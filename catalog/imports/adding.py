"""New listings, many at once: with their models, vendors, prices and parameters, in a fixed number of statements."""

from collections.abc import Sequence
from typing import Any

from django.db import DataError, IntegrityError, transaction

from catalog.exact import PricingError
from catalog.history import rows
from catalog.history.putting_back import WRITTEN
from catalog.imports import making
from catalog.imports.drafts import as_rates
from catalog.imports.known import WRITTEN_BY
from catalog.imports.market_facts import MODALITIES
from catalog.imports.observing import Observing
from catalog.imports.writing import Writer
from catalog.models import (
    Change,
    LanguageModel,
    LastWritten,
    Listing,
    Parameter,
    PricePeriod,
    Rate,
    Vendor,
)


def add(lines: Sequence[Change], writer: Writer) -> None:
    """Carry out the plans of these lines, in their order. Each line gets its steps."""
    if not lines:
        return
    try:
        with transaction.atomic():
            adding = _Adding(lines, writer)
            for line in sorted(lines, key=lambda line: line.plan["is_variant"]):  # a model is as its plain listing says
                adding.place(line)
            adding.write()
    except (IntegrityError, DataError, PricingError) as error:
        if len(lines) == 1:
            lines[0].outcome, lines[0].steps = Change.Outcome.KEPT, []
            lines[0].plan |= {"kept": f"It does not fit into the catalog: {error}"}
            return
        for line in lines:  # one of them cannot be written: the others still can
            line.outcome, line.steps, line.model_id = Change.Outcome.WAITING, [], None
            add([line], writer)


class _Adding:
    def __init__(self, lines: Sequence[Change], writer: Writer) -> None:
        self.lines, self.writer = lines, writer
        self.market = making.market()
        plans = [line.plan["model"] for line in lines]
        self.vendors = self._vendors(plans)
        found = LanguageModel.objects.select_related("vendor").filter(slug__in={plan["slug"] for plan in plans})
        self.models = {model.public_id: model for model in found}
        self.listed = set(
            Listing.objects.filter(market=self.market, upstream_id__in=[line.subject for line in lines]).values_list(
                "upstream_id", flat=True
            )
        )
        self.with_main = set(
            Listing.objects.main()
            .filter(model__in=[model.pk for model in self.models.values()])
            .values_list("model", flat=True)
        )
        self.mains_of_variants = {
            listing.model_id: listing
            for listing in Listing.objects.main().filter(
                model__in=self.with_main, market=self.market, upstream_id__contains=":"
            )
        }
        self.new_models: list[tuple[Change, LanguageModel]] = []
        self.placed: list[tuple[Change, LanguageModel, bool]] = []

    def _vendors(self, plans: list[dict[str, Any]]) -> dict[str, Vendor]:
        names: dict[str, str] = {}
        for plan in plans:  # an entry that does not name its vendor stands for no other name than the id’s
            if plan["vendor"] not in names or plan["vendor_name"] != plan["vendor"]:
                names[plan["vendor"]] = plan["vendor_name"]
        if names.get(self.market.slug) == self.market.slug:
            names[self.market.slug] = self.market.name  # what the market offers under its own name
        known = set(Vendor.objects.filter(slug__in=names).values_list("slug", flat=True))
        self.new_vendors = names.keys() - known
        Vendor.objects.bulk_create(
            Vendor(slug=slug, name=name[:100]) for slug, name in sorted(names.items()) if slug not in known
        )
        return {vendor.slug: vendor for vendor in Vendor.objects.filter(slug__in=names)}

    def place(self, line: Change) -> None:
        """Find the model of a line, or make it."""
        if line.subject in self.listed:
            line.outcome = Change.Outcome.KEPT
            line.plan |= {"kept": "The catalog has it by now."}
            return
        self.listed.add(line.subject)
        plan = line.plan["model"]
        public_id = f"{plan['vendor']}/{plan['slug']}"
        model = self.models.get(public_id)
        is_new = model is None
        if model is None:
            model = self.models[public_id] = making.model(plan, self.vendors[plan["vendor"]])
            self.new_models.append((line, model))
        self.placed.append((line, model, is_new))

    def write(self) -> None:
        LanguageModel.objects.bulk_create([model for _, model in self.new_models], batch_size=500)
        self._write_modalities()
        listings = self._write_listings()
        periods = self._write_prices(listings)
        parameters = self._write_parameters(listings)
        written = self._write_memory(listings)
        observed = Observing(self.writer).write(self.placed, {line for line, _ in self.new_models}, listings)
        for line, model, is_new in self.placed:
            if line not in listings:
                continue
            line.model_id = model.pk
            if is_new:
                made = [listings[line], *periods.get(line, []), *parameters.get(line, []), *observed.get(line, [])]
                keys: dict[str, list[int]] = {}
                for row in made:
                    keys.setdefault(rows.name_of(row), []).append(row.pk)
                steps = [{"table": "languagemodel", "pk": model.pk, "before": None, "after": {}, "made": keys}]
                if model.vendor.slug in self.new_vendors:  # it goes with the last of its models
                    steps[0]["vendor"] = {"pk": model.vendor_id, "name": model.vendor.name}
            else:
                made = [listings[line], *periods.get(line, []), *parameters.get(line, []), *observed.get(line, [])]
                steps = [
                    {"table": rows.name_of(row), "pk": row.pk, "before": None, "after": rows.values_of(row)}
                    for row in made
                ]
            memory = written[line.subject]
            steps.append({"table": WRITTEN, "pk": memory.pk, "before": None, "after": memory.values})
            line.steps = [*line.steps, *steps]
            line.outcome = Change.Outcome.APPLIED

    def _write_modalities(self) -> None:
        told = [(model, line.plan["model"]["facts"]) for line, model in self.new_models]
        slugs = {slug for _, facts in told for name in MODALITIES for slug in facts.get(name, [])}
        known = making.modalities(slugs)
        for name in MODALITIES:
            through = getattr(LanguageModel, name).through
            through.objects.bulk_create(
                (
                    through(languagemodel_id=model.pk, modality_id=known[slug])
                    for model, facts in told
                    for slug in facts.get(name, [])
                    if slug in known
                ),
                batch_size=1000,
            )

    def _write_listings(self) -> dict[Change, Listing]:
        made: dict[Change, Listing] = {}
        for line, model, _ in self.placed:
            facts, is_variant = line.plan["listing"], line.plan["is_variant"]
            is_main = model.pk not in self.with_main
            aside = None if is_variant else self.mains_of_variants.pop(model.pk, None)
            if aside is not None:
                # The plain listing takes the place that its variant held while it was alone.
                is_main, aside.is_main = True, False
                self.writer.aside.add(aside.upstream_id)
                if aside.pk:
                    Listing.objects.filter(pk=aside.pk).update(is_main=False)
                    before, after = {"is_main": True}, {"is_main": False}
                    line.steps = [{"table": "listing", "pk": aside.pk, "before": before, "after": after}]
            self.with_main.add(model.pk)
            listing = Listing(
                model=model, market=self.market, upstream_id=line.subject, is_main=is_main, last_seen_on=self.writer.day,
                has_responses=True, name=str(facts.get("name", ""))[:150], context_length=facts.get("context_length"),
                max_completion_tokens=facts.get("max_completion_tokens"), expires_on=making.day_of(facts.get("expires_on")),
                canonical_slug=str(facts.get("canonical_slug", ""))[:150],
                listed_on=making.day_of(facts.get("listed_on")) or self.writer.day,
            )  # fmt: skip
            if is_main and is_variant:
                self.mains_of_variants[model.pk] = listing
            made[line] = listing
        Listing.objects.bulk_create(made.values(), batch_size=500)
        return made

    def _write_prices(self, listings: dict[Change, Listing]) -> dict[Change, list[Any]]:
        made: dict[Change, list[Any]] = {}
        for line, listing in listings.items():
            if line.plan["rates"]:
                period = PricePeriod(
                    listing=listing, model_id=listing.model_id, starts_on=self.writer.day, source=self.writer.source,
                    discount=line.plan["discount"],
                )  # fmt: skip
                made[line] = [period]
        PricePeriod.objects.bulk_create((found[0] for found in made.values()), batch_size=500)
        rates: list[Rate] = []
        for line, found in made.items():
            new = [Rate.from_pricing(rate, found[0], place) for place, rate in enumerate(as_rates(line.plan["rates"]))]
            found += new
            rates += new
        Rate.objects.bulk_create(rates, batch_size=500)
        return made

    def _write_parameters(self, listings: dict[Change, Listing]) -> dict[Change, list[Parameter]]:
        made = {
            line: [
                making.parameter(listing, name, line.plan["defaults"], self.writer) for name in line.plan["parameters"]
            ]
            for line, listing in listings.items()
        }
        Parameter.objects.bulk_create((row for found in made.values() for row in found), batch_size=500)
        return made

    def _write_memory(self, listings: dict[Change, Listing]) -> dict[str, LastWritten]:
        """What was written of each entry; of a model that was here before nothing was."""
        new = {line for line, _ in self.new_models}
        table = WRITTEN_BY.format(self.writer.kind_slug)
        LastWritten.objects.filter(table=table, key__in=[line.subject for line in listings]).delete()
        found = LastWritten.objects.bulk_create(
            (
                LastWritten(
                    table=table,
                    key=line.subject,
                    values=line.plan["listing"] | (making.facts_of_model(line) if line in new else {}),
                )
                for line in listings
            ),
            batch_size=500,
        )
        return {row.key: row for row in found}
