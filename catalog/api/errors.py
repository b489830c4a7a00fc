"""Refusals: `{"error": {"code", "message"}}`, the message a sentence for a person, as OpenRouter answers errors."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import ValidationError

from catalog.api.patterns import WORDS


class ErrorMetadata(Schema):
    """What a program can go on with."""

    models: list[str] = Field(description="Ids of the models that the name may have meant.")


class ErrorDetail(Schema):
    code: int
    message: str
    metadata: ErrorMetadata | None = None


class Error(Schema):
    """What went wrong, in a sentence."""

    error: ErrorDetail


class Refused(Exception):
    """A request that cannot be answered; `models` are ids that may have been meant."""

    def __init__(self, code: int, message: str, models: list[str] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.models = code, message, models or []

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.models:
            error["metadata"] = {"models": self.models}
        return {"error": error}

    def response(self) -> HttpResponse:
        return JsonResponse(self.body(), status=self.code)


def refusal(code: int, message: str) -> Status:
    return Status(code, Refused(code, message).body())


def answer_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return refused.response()


def refuse_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What is wrong with each parameter, in one sentence each."""
    return Refused(400, " ".join(map(_sentence, error.errors))).response()


def _sentence(wrong: dict[str, Any]) -> str:
    """A pattern is for programs; a person is told in words how to write it."""
    told = WORDS.get(wrong.get("ctx", {}).get("pattern", ""), wrong["msg"])
    return f"{wrong['loc'][-1]}: {told[:1].lower()}{told[1:]}."


def install(api: NinjaAPI) -> None:
    """Both kinds of refusal, for every operation."""
    api.add_exception_handler(ValidationError, refuse_parameters)
    api.add_exception_handler(Refused, answer_refused)
