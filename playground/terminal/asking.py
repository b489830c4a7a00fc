"""From the options of the command to the form that the page has too: whatever is wrong is said in one sentence."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from playground import uploads, variables
from playground.forms import PREFIX, PromptForm, new_key
from playground.forms.filling import CSV, NONE, VALUE, VALUES
from playground.forms.parameters import initial_parameters
from playground.forms.sending import ROUTE, WHOLE
from playground.offers import Offer
from playground.parameters import NEWER_OUTPUT_LIMIT, OUTPUT_LIMIT

SYSTEM, USER = "0", "1"  # the numbers of the form's two messages


NOT_UTF8 = "The prompt is not valid UTF-8 text."


class BadInput(Exception):
    """Nothing was sent; the message is a sentence for the person at the terminal."""


def text_of(given: str | None, stdin: TextIO) -> str:
    """The prompt: as an argument, or from standard input without the end of its last line. Raises BadInput where neither has
    one."""
    if given is None and stdin.isatty():
        raise BadInput("Write a prompt: as an argument, or through standard input.")
    try:
        text = stdin.read().removesuffix("\n") if given is None or given == "-" else given
    except UnicodeDecodeError as error:
        raise BadInput(NOT_UTF8) from error
    return checked(text)


def checked(text: str, sentence: str = NOT_UTF8) -> str:
    """The text, if it can be written anywhere: bytes that were no UTF-8 are half surrogates here."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(sentence) from error
    return text


def form_of(options: dict[str, Any], text: str, offered: list[Offer], user: Any) -> PromptForm:
    """The form, filled in and valid. Raises BadInput."""
    data = QueryDict(mutable=True)
    data.setlist("model", [checked(each) for each in options["model"]])
    data.update(
        {
            f"role-{SYSTEM}": "system",
            f"content-{SYSTEM}": _from_file(options["system"]),
            f"role-{USER}": "user",
            f"content-{USER}": text,
            "key": new_key(),
            "api": options["api"],
            "repeats": str(options["repeat"]),
        }
    )
    _switch_on(data, "delivery", options["no_stream"], WHOLE)
    _switch_on(data, "unstored", options["no_store"])
    for guard in options["guard"]:
        _switch_on(data, ROUTE + guard, True)
    parameters = dict(_pairs(options["param"]))
    for name, value in parameters.items():
        data[PREFIX + name] = _stops(value) if name == "stop" else value
    values = dict(_pairs(options["var"]))
    for name, value in values.items():
        data[VALUE + name] = value
    data["fill"] = CSV if options["rows"] else VALUES if values else NONE
    if options["rows"]:
        data["rows"] = _rows(options["rows"])
    data, problems = _with_images(data, options["image"], user)
    _limit(data, offered)
    form = PromptForm(offered, data, user=user, problems=problems)
    _check_names(form, parameters, values, options["guard"])
    if not form.is_valid():
        raise BadInput(_first(form))
    return form


def _switch_on(data: QueryDict, name: str, is_on: bool, value: str = "on") -> None:
    if is_on:
        data[name] = value


def _pairs(given: Iterable[str]) -> Iterator[tuple[str, str]]:
    for each in given:
        name, separator, value = checked(each).partition("=")
        if not separator or not name:
            raise BadInput(f"“{each}” is not of the form name=value.")
        yield name, _from_file(value)


def _from_file(value: str) -> str:
    """The value, or what is in the file that it names after an @."""
    if not value.startswith("@"):
        return checked(value)
    try:
        return _bytes(value[1:]).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"The file {value[1:]} is not text in UTF-8.") from error


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a name of a file"
        raise BadInput(f"The file {path} cannot be read: {why}.") from error


def _rows(path: str) -> str:
    try:
        return variables.decoded(_bytes(path)).removeprefix(variables.BYTE_ORDER_MARK)
    except variables.BadRows as error:
        raise BadInput(str(error)) from error


def _stops(value: str) -> str:
    """Stop sequences: a JSON list of texts as the field's lines, else as they stand, one a line."""
    if not value.startswith("["):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadInput("stop: write one sequence, or a JSON list of texts.")
    if any("\n" in each for each in found):
        raise BadInput("stop: a sequence with a line break in it cannot be given here.")
    return "\n".join(found)


def _with_images(data: QueryDict, paths: list[str], user: Any) -> tuple[QueryDict, dict[str, str]]:
    """The images put where the page's uploads go, and sentences about those that are none."""
    if not paths:
        return data, {}
    request = HttpRequest()
    request.user = user
    request.POST = data
    files = [SimpleUploadedFile(Path(path).name, _bytes(path)) for path in paths]
    request.FILES = MultiValueDict({f"upload-{USER}": files})
    return uploads.received(request)


def _limit(data: QueryDict, offered: list[Offer]) -> None:
    """Both names of the output limit mean the one field; the body has the name that the model wants. Where neither is given
    the limit is that of the page's form, so that the same prompt holds the same money here and there. A limit that is given
    and empty is sent to nobody."""
    newer, field = PREFIX + NEWER_OUTPUT_LIMIT, PREFIX + OUTPUT_LIMIT
    if field in data:
        return
    choices = {choice.name: choice for choice in PromptForm(offered, data).choices}
    if newer not in data:
        preset = initial_parameters()[field]
        if OUTPUT_LIMIT in choices and not choices[OUTPUT_LIMIT].problem(preset):  # a model may not take so many
            data[field] = str(preset)
    elif OUTPUT_LIMIT in choices and NEWER_OUTPUT_LIMIT not in choices:
        data[field] = data[newer]


def _check_names(form: PromptForm, parameters: Iterable[str], values: Iterable[str], guards: list[str]) -> None:
    """A page shows only the fields that there are; here a name may be of nothing."""
    known = {choice.name for choice in form.choices}
    if NEWER_OUTPUT_LIMIT not in known and OUTPUT_LIMIT in known:
        known.add(NEWER_OUTPUT_LIMIT)
    if form.chosen and (unknown := [name for name in parameters if name not in known]):
        raise BadInput(f"None of these models takes a parameter “{unknown[0][:60]}”.")
    if unused := [name for name in values if name not in form.variable_names]:
        raise BadInput(f"No message has {{{{{unused[0][:60]}}}}} in it, so its value goes nowhere.")
    if guards and form.chosen and not form.is_routed:
        raise BadInput(f"{guards[0]} is for the market’s router, and none of these models is asked through it.")


def _first(form: PromptForm) -> str:
    """The first mistake; a parameter’s sentence has its name."""
    return str(next(iter(form.errors.values()))[0])
