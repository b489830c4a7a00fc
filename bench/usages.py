"""Random requests: token counts with heavy tails and zeros, at moments on and beside the edges of prices. Pure.

Everything comes from one seeded generator, so that a seed names a report. Floats only choose token counts here.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from catalog.pricing import Component, Usage

LARGEST_PROMPT = 2_000_000
LARGEST_ANSWER = 200_000
TICK = timedelta(microseconds=1)


def heavy_tailed(rng: Random, most: int) -> int:
    """0 once in ten; else every order of magnitude up to `most` is as likely as any other."""
    if rng.random() < 0.1:
        return 0
    return int(most ** rng.random())


def some_of(rng: Random, total: int) -> int:
    """None, all or anything between, of a total."""
    draw = rng.random()
    if draw < 0.35:
        return 0
    return total if draw < 0.45 else rng.randint(0, total)


def draw_usage(rng: Random, priced: Collection[Component], edges: Sequence[int] = ()) -> Usage:
    """Counts for the components in `priced`, the others 0. Half the prompts lie on or beside one of the `edges`, which are
    the thresholds of tiers."""
    prompt = completion = 0
    if Component.INPUT in priced:
        on_edge = bool(edges) and rng.random() < 0.5
        prompt = rng.choice(edges) + rng.choice((-1, 0, 1)) if on_edge else heavy_tailed(rng, LARGEST_PROMPT)
    if Component.OUTPUT in priced:
        completion = heavy_tailed(rng, LARGEST_ANSWER)

    def part(component: Component, rest: int) -> int:
        return some_of(rng, rest) if component in priced else 0

    cached = part(Component.CACHE_READ, prompt)
    written = part(Component.CACHE_WRITE, prompt - cached)
    heard = part(Component.INPUT_AUDIO, prompt - cached - written)
    reasoning = part(Component.REASONING, completion)
    spoken = part(Component.OUTPUT_AUDIO, completion - reasoning)
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=reasoning,
        input_audio_tokens=heard,
        output_audio_tokens=spoken,
        output_image_tokens=part(Component.OUTPUT_IMAGE, completion - reasoning - spoken),
        web_searches=part(Component.WEB_SEARCH, 5),
    )


def draw_moment(
    rng: Random, first: date, last: date, days: Sequence[date] = (), hours: Sequence[time] = ()
) -> datetime:
    """A moment from `first` to `last`, both inclusive, in UTC. Half of them lie on or one tick before a start: of one of
    the `days`, and of one of the `hours`."""
    day = first + timedelta(days=rng.randint(0, (last - first).days))
    moment = datetime.combine(day, time(), UTC) + timedelta(seconds=rng.randrange(24 * 3600))
    edges = [datetime.combine(edge, time(), UTC) for edge in days if first < edge <= last]
    edges += [datetime.combine(day, hour, UTC) for hour in hours if day > first]
    return rng.choice(edges) - rng.choice((TICK, timedelta())) if edges and rng.random() < 0.5 else moment
