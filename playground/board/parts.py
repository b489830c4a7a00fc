"""What the stream sends: parts of a board that replace, or are added to, what the page has.

Every part that changes while an answer comes has an element of its own, called by its name and the run's id. A column
and a cell of a matrix call the same parts the same; a cell has fewer of them, and of the answer only the beginning.
"""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape

from playground import upstreams
from playground.board.alone import alone
from playground.board.columns import LONGEST_SHOWN, column_of
from playground.board.figures import CELL_PARTS, Figures, live_figures, run_figures
from playground.board.matrix import BEGINNING, Cell, beginning
from playground.board.whole import Board, board_of
from playground.live import LiveRun
from playground.models import Prompt, Reconciliation, Run
from playground.standings import standings


def _part(name: str, key: str, style: str, content: str) -> str:
    return f'<span hx-swap-oob="{style}:#{name}-{key}">{content}</span>'


def _text(name: str, key: str, text: str) -> str:
    """Text in place of what is there. The inner span keeps a leading newline from being eaten."""
    return _part(name, key, "innerHTML", f"<span>{escape(text)}</span>")


# While an answer comes


def snapshot(live: LiveRun) -> str:
    """Everything a column shows right now; replaces whatever text the page has, so that it can be sent at any time."""
    figures_now = live_figures(live)
    if live.is_cell:
        return _of_a_cell(live.id.hex, _first_characters(live), figures_now)
    return _of_a_column(live.id.hex, live.text[:LONGEST_SHOWN], live.reasoning[:LONGEST_SHOWN], figures_now)


def stored_snapshot(run: Run, *, is_alone: bool = False) -> str:
    """The same from the row, with its prompt, for a run that another process has in memory; `is_alone` gives the parts
    of a column also for one cell of many."""
    figures_now = run_figures(run, is_alone=is_alone)
    if run.prompt.is_matrix and not is_alone:
        return _of_a_cell(run.pk.hex, run.text, figures_now)
    return _of_a_column(run.pk.hex, run.text[:LONGEST_SHOWN], run.reasoning[:LONGEST_SHOWN], figures_now)


def _of_a_column(key: str, text: str, reasoning: str, figures_now: Figures) -> str:
    return _text("out", key, text) + _text("thought", key, reasoning) + _figure_parts(key, None, figures_now)


def _of_a_cell(key: str, text: str, figures_now: Figures) -> str:
    """Only what there is: most cells of a large table are still waiting, and have nothing to replace."""
    said = _text("out", key, beginning(text)) if text else ""
    return said + "".join(
        _part(name, key, "innerHTML", conditional_escape(value))
        for name in CELL_PARTS
        if (value := getattr(figures_now, name))
    )


def additions(live: LiveRun, text: str, reasoning: str) -> str:
    """New text at the end of the run's text; of a cell only as far as it shows the answer."""
    if live.is_cell:
        return _more_of_a_cell(live, text)
    sent = ""
    if text:
        sent += _part("out", live.id.hex, "beforeend", f"<span>{escape(text)}</span>")
    if reasoning:
        sent += _part("thought", live.id.hex, "beforeend", f"<span>{escape(reasoning)}</span>")
    return sent


def _more_of_a_cell(live: LiveRun, text: str) -> str:
    so_far = _first_characters(live, BEGINNING + len(text) + 1)
    before = len(so_far) - len(text)
    if not text or before > BEGINNING:
        return ""
    more = beginning(so_far)[before:]
    return _part("out", live.id.hex, "beforeend", f"<span>{escape(more)}</span>")


def _first_characters(live: LiveRun, enough: int = BEGINNING + 1) -> str:
    """The beginning of the answer, at least `enough` characters where there are so many; never all of a long one."""
    taken: list[str] = []
    for part in live.parts:
        taken.append(part)
        enough -= len(part)
        if enough <= 0:
            break
    return "".join(taken)


def changes(live: LiveRun, before: Figures, now: Figures) -> str:
    """Only the figures that differ from what was sent last."""
    return _figure_parts(live.id.hex, before, now)


def _figure_parts(key: str, before: Figures | None, now: Figures) -> str:
    """The figures that differ from `before`, at first those that there are: a blind column has no place for the others."""
    is_asked = bool(now.stopping) and (before is None or not before.stopping)
    return (_part("stop", key, "innerHTML", "") if is_asked else "") + "".join(
        _part(field.name, key, "innerHTML", conditional_escape(getattr(now, field.name)))
        for field in fields(now)
        if getattr(now, field.name) != (getattr(before, field.name) if before is not None else "")
    )


def stop_asked(runs: Iterable[Run]) -> str:
    """What is going on in the columns of these runs, now that they were asked to stop, in place of their buttons."""
    return "".join(
        _part("stop", run.pk.hex, "innerHTML", "") + _part("stopping", run.pk.hex, "innerHTML", escape(sentence))
        for run in runs
        if (sentence := run_figures(run, is_alone=True).stopping)
    )


def all_asked(prompt: Prompt) -> str:
    """The same of a whole board, and in place of its own button."""
    context = {"prompt": prompt, "board": board_of(prompt)}
    onward = render_to_string("playground/_onward.html", context).strip()
    return stop_asked(prompt.runs.all() if not prompt.is_matrix else ()) + _part(
        "onward", prompt.pk.hex, "innerHTML", onward
    )


# When it has ended


def finished_column(run: Run, *, is_alone: bool = False) -> str:
    """The whole column, or cell, as an out-of-band replacement of the one that was streaming."""
    if run.prompt.is_matrix and not is_alone:
        return Cell(run).html(out_of_band=True)
    context = {"column": column_of(run), "out_of_band": True, "is_alone": is_alone}
    return render_to_string("playground/_column.html", context).strip()


def finished_parts(run: Run, *, keep_text: bool = True, is_alone: bool = False) -> str:
    """The end of a run around its text: who watched keeps what he saw of a text that is stored nowhere."""
    if not keep_text:
        return finished_column(run, is_alone=is_alone)
    if run.prompt.is_matrix and not is_alone:
        return _of_a_cell(run.pk.hex, "", run_figures(run))
    return render_to_string("playground/_column_end.html", {"column": column_of(run), "is_alone": is_alone}).strip()


def asked_enough(run: Run) -> str:
    """Replaces the element that asks after one run again and again."""
    return f'<div id="asking-{run.pk.hex}" hidden hx-swap-oob="true"></div>'


def cost_learnt(run: Run, *, is_alone: bool = False) -> str:
    """The figures and the bill of a finished run whose cost is being asked for; what its owner writes below stays. Beside
    other runs also what they came to together, once there is nothing more to ask."""
    sent = render_to_string("playground/_cost_learnt.html", {"column": column_of(run), "is_alone": is_alone}).strip()
    if is_alone or run.reconciliation == Reconciliation.WAITING:
        return sent
    whole = board_of(Prompt.objects.board(run.prompt_id))
    summed_up = _part("summary", run.prompt_id.hex, "innerHTML", escape(whole.summary))
    return sent + summed_up + balance(run.prompt.user_id)


def balance(user_id: Any) -> str:
    """What a person has spent, held and left, for the head of the page and the line above the form: it has changed with
    every run that began or ended. Two queries; none, and nothing, where the rehearsal answers for nothing."""
    if upstreams.is_rehearsal():
        return ""
    return render_to_string("playground/_balance_now.html", {"standings": standings(user_id)}).strip()


def ended_alone(run: Run) -> str:
    """The end of a run on a page of its own: its column, what else is known of it, and nobody asks any more."""
    page = alone(run)
    known = render_to_string("playground/_facts.html", {"alone": page, "is_part": True}).strip()
    keeping = render_to_string("playground/_kept.html", {"board": page}).strip()
    return (
        finished_column(run, is_alone=True)
        + known
        + _part("keeping", run.pk.hex, "innerHTML", keeping)
        + asked_enough(run)
    )


def last_words(prompt_id: UUID) -> str:
    """What a board gets once all of its runs are over: its sums, where to go on from here, what became of its texts, where
    the budgets stand now, and the end of the stream."""
    prompt = Prompt.objects.board(prompt_id)
    whole = board_of(prompt)
    context = {"prompt": prompt, "board": whole}
    led = "".join(
        _part(name, prompt_id.hex, "innerHTML", render_to_string(f"playground/_{name}.html", context).strip())
        for name in ("onward", "leads", "kept")
    )
    gone = "" if prompt.has_text else _part("asking-again", prompt_id.hex, "innerHTML", "")
    summed_up = gone + _sums(prompt_id, whole) + balance(prompt.user_id)
    return led + summed_up + stream_end(prompt_id, "All answers are complete.", whole.summary)


def _sums(prompt_id: UUID, whole: Board) -> str:
    heads = whole.matrix.heads if whole.matrix is not None else []
    return "".join(
        _part(f"sum-{field.name}-{number}", prompt_id.hex, "innerHTML", escape(getattr(head.sums, field.name)))
        for number, head in enumerate(heads)
        for field in fields(head.sums)
        if not whole.hides_names or field.name == "ended"
    )


def stream_end(prompt_id: UUID, announcement: str, summing_up: str = "") -> str:
    """Replace the connecting element, so that nothing connects again, say so once to who listens, and sum up."""
    return (
        _part("summary", prompt_id.hex, "innerHTML", escape(summing_up))
        + f'<div id="stream-{prompt_id.hex}" hidden hx-swap-oob="true"></div>'
        + _part("announcement", prompt_id.hex, "innerHTML", escape(announcement))
    )
