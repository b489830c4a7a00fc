"""The calls of tools that an answer makes: which tools, with arguments that fit their schemas, taken from the prompt."""

import json
import uuid

from playground.rehearsal import schemas
from playground.rehearsal.prompt_values import PromptValues
from playground.rehearsal.request import Call, Request
from playground.rehearsal.tools import called


def calls(request: Request, trouble: str) -> list[Call]:
    """The calls, one or two. Arguments are broken on purpose where the trouble asks for it."""
    values = PromptValues(request.prompt)
    found = []
    for tool in called(request.tools, request.prompt):
        filled = schemas.fitting(tool.schema, values)
        if trouble == "wrong schema":
            filled = schemas.misfit(tool.schema, filled)
        arguments = json.dumps(filled, ensure_ascii=False)
        if trouble == "not json":
            arguments = f"{arguments[:-1]}, and so on"
        # Nine letters and digits, because Mistral's own API takes call ids in no other form.
        found.append(Call(uuid.uuid4().hex[:9], tool.name, arguments))
    return found
