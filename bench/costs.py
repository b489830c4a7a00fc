"""Our bills beside two second opinions, genai-prices and LiteLLM: `make bench-costs`. Exits with 1 if one is unexplained.

Part 1 prices random usages of the fixtures' models with the catalog's own prices, and asks each opinion for its amount.
Where they differ, our engine prices the same usage with *their* table: it must arrive at their amount, which leaves a
difference of price tables, and each price that differs must have a name (`bench.price_tables`).
Part 2 tests the engine alone: it turns the opinions' own data into our rates and prices random usages, days, hours and
batches with both. Nothing is asked of the network, and an attempt is refused.
"""

import argparse
import sys
from datetime import UTC, date, datetime
from random import Random

from bench import cost_report
from bench.catalog_prices import names, seeded_catalog
from bench.comparing import compare_prices, compare_tables
from bench.genai_opinion import GenaiPrices
from bench.litellm_opinion import LiteLLM


def refuse_network() -> None:
    """Some of what LiteLLM can price it would ask a server for first; from here on such an attempt fails."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo"):
            raise OSError("This report works without the network.")

    sys.addaudithook(hook)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-costs", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="names the random usages (default 1)")
    parser.add_argument(
        "--usages", type=int, default=10_000, help="how many to compare with each opinion (default 10000)"
    )
    parser.add_argument("--each", type=int, default=6, help="requests for each model of their own data (default 6)")
    parser.add_argument(
        "--until", type=date.fromisoformat, default=datetime.now(UTC).date(), help="the last day (today)"
    )
    parser.add_argument("--verbose", action="store_true", help="list everything")
    options = parser.parse_args()
    refuse_network()
    opinions = (GenaiPrices(), LiteLLM())
    versions = " and ".join(f"{opinion.name} {opinion.version}" for opinion in opinions)
    rng = Random(options.seed)  # noqa: S311  it draws usages, no secret
    with seeded_catalog():
        ours = names()
        prices = [compare_prices(opinion, rng, options.usages, options.until, ours) for opinion in opinions]
    tables = [compare_tables(opinion, rng, options.each, options.until) for opinion in opinions]
    print(f"Windrose's bills beside {versions}; seed {options.seed}, up to {options.until}.")
    for line in cost_report.lines(prices, tables, options.verbose):
        print(line)
    # An opinion that was asked nothing agrees with nothing.
    return 1 if any(tally.unexplained or not tally.compared for tally in (*prices, *tables)) else 0


if __name__ == "__main__":
    sys.exit(main())
