"""A break-even in plain English: a course along an axis in, a sentence out. Pure; no Django, no float.

Figures are exact where they are short (20%, 12.8%) and otherwise say that they are not (about 33.3%).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from catalog.costs.break_even.course import Cheaper, Course, Piece
from catalog.costs.break_even.proportions import Axis
from catalog.pricing import LABELS, Component

Names = tuple[str, str]
MOST_CLAUSES = 6
SHORT, ABOUT, FINE, WHOLE = Context(prec=4), Context(prec=3), Context(prec=20), Context(prec=40, traps=[Inexact])


def decimal_of(value: Fraction) -> Decimal:
    """A fraction as a decimal: exact, or with twenty digits where it does not end within forty."""
    try:
        return _divided(value, WHOLE)
    except Inexact:
        return _divided(value, FINE)


def number(value: Fraction) -> str:
    """Exact in up to four digits, or else about so much in three: 12.8, 1,250, about 33.3."""
    short = _divided(value, SHORT)
    if Fraction(short) == value:
        return _trimmed(short)
    return f"about {_trimmed(_divided(value, ABOUT))}"


def share(value: Fraction) -> str:
    """A part in percent: 20%, 12.8%, about 33.3%. What is less than all never reads as 100%."""
    text = number(value * 100)
    return "just under 100%" if text == "about 100" and value < 1 else f"{text}%"


def ratio(value: Fraction) -> str:
    """Output measured by input: 20% of input, 2.5 times the input."""
    return f"{share(value)} of input" if value <= 2 else f"{number(value)} times the input"


def sentence(axis: Axis, course: Course, names: Names) -> str:
    """Which of the two is cheaper along a whole axis, and why it cannot be said where it cannot."""
    course = course.in_whole_tokens() if axis is Axis.PROMPT else course
    is_certain = all(piece.cheaper is not Cheaper.UNKNOWN for piece in course.pieces)
    parts = [_course_sentence(axis, course, names), *missing_sentences(course.missing, names, is_certain)]
    return " ".join(parts)


def missing_sentences(missing: Sequence[Sequence[Component]], names: Names, is_certain: bool = False) -> list[str]:
    """The prices that would have to be known: The output price of Devstral 2 is not known."""
    found = []
    ending = ", but the rest of its cost is more already." if is_certain else "."
    for name, components in zip(names, missing, strict=True):
        words = [LABELS[component].lower() for component in components]
        if words:
            price, is_not = ("price", "is not") if len(words) == 1 else ("prices", "are not")
            found.append(f"The {listed(words)} {price} of {name} {is_not} known{ending}")
    return found


def _course_sentence(axis: Axis, course: Course, names: Names) -> str:
    first, *rest = [
        (place, piece) for place, piece in enumerate(course.pieces) if not _is_understood(axis, course, place)
    ]
    if not rest:
        return _single(axis, course, names, first[1].cheaper)
    answers = {piece.cheaper for _, piece in (first, *rest)}
    is_said = first[1].cheaper in (Cheaper.FIRST, Cheaper.SECOND)
    clauses = [f"{_opening(first[1].cheaper, names, answers)} {_where(axis, course, first[0])}"]
    if len(course.pieces) > MOST_CLAUSES:
        return (
            f"{clauses[0]}; above that the answer changes {len(course.crossings()) - 1} more times, as the table lists."
        )
    for place, piece in rest:
        clauses.append(f"{_where(axis, course, place)} {_following(piece.cheaper, names, is_said)}")
        is_said = is_said or piece.cheaper in (Cheaper.FIRST, Cheaper.SECOND)
    return "; ".join(clauses) + "."


def _is_understood(axis: Axis, course: Course, place: int) -> bool:
    """Whether a piece is only the point at which two lines meet: "under 20%" and "above that" say it without a clause."""
    if axis is Axis.PROMPT or not 0 < place < len(course.pieces) - 1:
        return False
    piece, before, after = (course.pieces[at] for at in (place, place - 1, place + 1))
    return piece.is_point and piece.cheaper is Cheaper.NEITHER and before.cheaper is not after.cheaper


def _single(axis: Axis, course: Course, names: Names, cheaper: Cheaper) -> str:
    every, at_any = {
        Axis.RATIO: ("at every ratio of output to input", "at any ratio of output to input"),
        Axis.CACHED: ("whatever part of the prompt is cached", "for any cached part of the prompt"),
        Axis.PROMPT: (
            f"for every prompt of 1 to {whole(course.end)} tokens",
            f"for any prompt of 1 to {whole(course.end)} tokens",
        ),
    }[axis]
    if cheaper is Cheaper.NEITHER:
        return f"{listed(names)} cost the same {every}."
    if cheaper is Cheaper.UNKNOWN:
        return f"Whether {names[0]} or {names[1]} is cheaper cannot be said {at_any}."
    one, other = names if cheaper is Cheaper.FIRST else names[::-1]
    return f"{one} is cheaper than {other} {every}."


def _opening(cheaper: Cheaper, names: Names, answers: set[Cheaper]) -> str:
    if cheaper is Cheaper.NEITHER:
        return f"{listed(names)} cost the same"
    if cheaper is Cheaper.UNKNOWN:
        return f"Whether {names[0]} or {names[1]} is cheaper cannot be said"
    one, other = names if cheaper is Cheaper.FIRST else names[::-1]
    return f"{one} is cheaper" if {Cheaper.FIRST, Cheaper.SECOND} <= answers else f"{one} is cheaper than {other}"


def _following(cheaper: Cheaper, names: Names, is_said: bool) -> str:
    if cheaper is Cheaper.NEITHER:
        return "the two cost the same"
    if cheaper is Cheaper.UNKNOWN:
        return f"it cannot be said which one is{'' if is_said else ' cheaper'}"
    return f"{names[0] if cheaper is Cheaper.FIRST else names[1]} is{'' if is_said else ' cheaper'}"


def _where(axis: Axis, course: Course, place: int) -> str:
    """The piece of an axis in words; a piece that is neither the first nor the last is named by both its ends."""
    piece = course.pieces[place]
    is_first, is_last = place == 0, place == len(course.pieces) - 1
    if axis is Axis.PROMPT:
        return _where_prompt(piece, is_first, is_last)
    words = RATIO_WORDS if axis is Axis.RATIO else CACHED_WORDS
    if piece.is_point:
        if is_first:
            return words.nothing
        is_all = axis is Axis.CACHED and piece.end == 1
        return "with all of it cached" if is_all else words.at.format(words.measure(piece.start))
    follows_nothing = place == 1 and course.pieces[0].is_point
    if piece.end is None or (is_last and piece.has_end):
        return words.anything if follows_nothing else "from there on" if piece.has_start else "above that"
    if is_first or follows_nothing:
        return words.below.format("up to" if piece.has_end else "under", words.measure(piece.end))
    return words.between.format(words.measure(piece.start), words.measure(piece.end))


def _where_prompt(piece: Piece, is_first: bool, is_last: bool) -> str:
    if piece.is_point:
        return f"at {whole(piece.start)}" + (f" prompt token{'' if piece.start == 1 else 's'}" if is_first else "")
    if is_first:
        return f"up to {whole(piece.end)} prompt tokens"
    return "above that" if is_last else f"from {whole(piece.start)} to {whole(piece.end)}"


@dataclass(frozen=True)
class _Words:
    """How the places of one axis are called."""

    measure: Callable[[Fraction], str]
    nothing: str
    anything: str
    at: str
    below: str
    between: str


RATIO_WORDS = _Words(
    ratio,
    nothing="without any output",
    anything="with any output",
    at="at exactly {}",
    below="while output is {} {}",
    between="from {} to {}",
)
CACHED_WORDS = _Words(
    share,
    nothing="with nothing cached",
    anything="with anything cached",
    at="with {} of it cached",
    below="while {} {} of the prompt is cached",
    between="from {} to {}",
)


def listed(words: Sequence[str]) -> str:
    """One, two or more words as a list: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _divided(value: Fraction, context: Context) -> Decimal:
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def whole(tokens: Fraction | None) -> str:
    return f"{int(tokens or 0):,}"


def _trimmed(value: Decimal) -> str:
    text = format(value, ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text
