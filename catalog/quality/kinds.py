"""Every kind of finding, in the order in which the page lists them: what is surely wrong first. Pure; no Django."""

from catalog.quality import dates, names, prices, sources
from catalog.quality.findings import Kind

KINDS = (
    Kind(
        "unit-slips", "Slips of the unit",
        "A price about a thousand or a million times off the median of its family (or of its vendor, where the family "
        "has fewer than three priced models), or off the price shown, today or on the day on which a source was read: a "
        "price per thousand or per token written as one per million. And audio input at a hundred times the text input "
        "or more: a price per minute written as one per token.",
        "Every price is of the same size as those of its family.",
        "Price", "It says", "Against", prices.unit_slips,
    ),
    Kind(
        "output-below-input", "Output cheaper than input",
        "Writing a token costs more work than reading one, so that output below input is mostly two figures swapped.",
        "No output is cheaper than its input.",
        "Market", "Input", "Output", prices.output_below_input,
    ),
    Kind(
        "impossible-dates", "Days that cannot be",
        "A day before the model's family existed, a model that ends before it begins, or one that is listed or priced "
        "more than 30 days before its release.",
        "Every model begins before it ends, and none is older than its family.",
        "What is odd", "This day", "Against", dates.impossible_dates,
    ),
    Kind(
        "price-jumps", "Price jumps",
        "Ten times the price before, or a tenth of it, or a price that became free or stopped being free, from one day to "
        "the next at the same market.",
        "No price has moved tenfold, and none became free or stopped being so.",
        "Price", "Before", "After", prices.price_jumps,
    ),
    Kind(
        "disagreements", "Sources that disagree",
        "A source says something else than the value shown. Both words are kept; the model's page says which is shown "
        "and why.",
        "No source on record says anything else than what is shown.",
        "Fact", "Shown", "A source says", sources.disagreements,
    ),
    Kind(
        "pins", "Pins to look at again",
        "A value that an editor pinned and that its source has since come to agree with, or has moved away from.",
        "No source has met or left behind a pinned value.",
        "Fact", "Pinned", "The source says", sources.pins_to_look_at,
    ),
    Kind(
        "unpriced", "Listings without a price",
        "On sale, and no source on record says for how much.",
        "Every listing on sale has a price.",
        "Market", "Id there", "Price", prices.unpriced,
    ),
    Kind(
        "unchecked", "Prices not checked for 30 days",
        "On sale, and no import has seen the listing for 30 days: the price may have moved since.",
        "Every price on sale was seen within 30 days.",
        "Market", "Price", "Last seen", prices.unchecked,
    ),
    Kind(
        "larger-contexts", "More context at the market than the vendor's",
        "A market that offers more tokens than the vendor says the model reads, beyond what rounding explains.",
        "No market offers more context than the vendor.",
        "Market", "Vendor", "Market", sources.larger_contexts,
    ),
    Kind(
        "smaller-contexts", "Far less context at the market than the vendor's",
        "A market on sale that offers less than half of the tokens that the vendor says the model reads: a limit of that "
        "market, or a figure of another model.",
        "No market on sale offers less than half of the vendor's context.",
        "Market", "Vendor", "Market", sources.smaller_contexts,
    ),
    Kind(
        "moved-aliases", "Aliases that moved",
        "A name that meant one model and now means another: who asks for it gets another model at another price.",
        "No name has moved from one model to another.",
        "Name", "It meant", "It means", names.moved_aliases,
    ),
    Kind(
        "ambiguous-names", "Names of two models",
        "A name that means two models on the same day: two aliases, or an alias that is another model's own id.",
        "No name means two models at once.",
        "Name", "One", "The other", names.ambiguous_names,
    ),
)  # fmt: skip
BY_SLUG = {kind.slug: kind for kind in KINDS}
