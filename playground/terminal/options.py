"""The options of `manage.py prompt`, and what its exit codes mean."""

from collections.abc import Collection

from django.core.management import CommandParser

from playground.accounts import OWNER
from playground.forms.parameters import DEFAULT_OUTPUT_LIMIT
from playground.forms.sending import ROUTES
from playground.models import Prompt, State

DONE, NOT_SENT, USAGE, FAILED, REFUSED, TRUNCATED = 0, 1, 2, 3, 4, 5

ABOUT = "Send a prompt to one to six models and stream the answers to the terminal, each with its cost."
EXIT_CODES = """exit codes:
  0    every run is done
  1    nothing was sent: bad input, a budget, or the playground is switched off
  2    the command line itself is wrong
  3    a run failed, broke off, or was stopped or interrupted by somebody else
  4    a run was refused by the upstream, the model or a content filter
  5    an answer was cut at the output limit
  130  Ctrl-C: the runs were asked to stop, and what they cost is told

Of several runs the first of 3, 4 and 5 that applies counts. Answers go to standard output, everything else to standard
error: with one model, standard output is the answer and nothing else."""


def add_to(parser: CommandParser) -> None:
    parser.add_argument("text", nargs="?", help="The prompt; - or none reads it from standard input.")
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="VENDOR/SLUG",
        help="A model, at a market of its own as vendor/slug@mistral; may be given up to six times.",
    )
    parser.add_argument("--system", default="", help="A system prompt; @FILE reads it from a file.")
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="A request parameter, such as temperature=0; tools and schemas as JSON, or @FILE. May be repeated. Without "
        f"max_tokens an answer may have {DEFAULT_OUTPUT_LIMIT:,} tokens, as the page presets; max_tokens= with nothing after it "
        "sends no limit, and holds money for the longest answer that the model can give.",
    )
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="The value of {{NAME}} in the messages, or @FILE. May be repeated.",
    )
    parser.add_argument("--rows", metavar="FILE", help="A CSV file with a row of values for each run of a model.")
    parser.add_argument("--image", action="append", default=[], metavar="FILE", help="An image; may be repeated.")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="Ask each model so many times.")
    parser.add_argument("--api", choices=Prompt.API.values, default=Prompt.API.CHAT, help="Which API is asked.")
    parser.add_argument("--no-stream", action="store_true", help="Ask for each answer in one piece.")
    parser.add_argument("--no-store", action="store_true", help="Keep the bill and not the texts.")
    parser.add_argument(
        "--guard",
        action="append",
        default=[],
        type=lambda name: name.replace("-", "_"),
        choices=list(ROUTES),
        help="What the market’s router must keep to; may be repeated.",
    )
    parser.add_argument("--user", default=OWNER, metavar="NAME", help="Whose budget it is (default: %(default)s).")
    parser.add_argument("--reasoning", action="store_true", help="Print what models think, to standard error.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object with all runs at the end.")


def exit_code(states: Collection[str], stopped_by: int | None = None) -> int:
    """What the command ends with, by the states of its runs and the signal that stopped it, if one did."""
    if stopped_by is not None:
        return 128 + stopped_by
    known = set(states)
    if known - {State.DONE, State.TRUNCATED, State.REFUSED}:
        return FAILED
    if State.REFUSED in known:
        return REFUSED
    return TRUNCATED if State.TRUNCATED in known else DONE
