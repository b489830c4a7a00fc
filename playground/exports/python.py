"""A request as a Python program with the `openai` package, for both APIs. Pure.

What the package's own functions do not name, because only some markets know it, travels as `extra_body`.
"""

from playground.exports.call import Call, lines
from playground.exports.literals import PYTHON, quoted, write

# What `create` takes by name; a test holds them against the package.
NAMED = {
    "chat": frozenset(
        {
            "model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens", "max_completion_tokens",
            "stop", "n", "seed", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs",
            "prediction", "response_format", "tools", "tool_choice", "parallel_tool_calls", "reasoning_effort",
        }
    ),
    "responses": frozenset(
        {
            "model", "input", "instructions", "stream", "temperature", "top_p", "max_output_tokens", "top_logprobs",
            "text", "tools", "tool_choice", "parallel_tool_calls", "reasoning",
        }
    ),
}  # fmt: skip
METHODS = {"chat": "chat.completions.create", "responses": "responses.create"}
STEP = PYTHON.step

PARTS = '''

def text_of(content):
    """Reasoning models answer with a list of parts; other models with a text."""
    parts = content if isinstance(content, list) else [content or ""]
    return "".join(part if isinstance(part, str) else part.get("text") or "" for part in parts)

'''
USAGE = 'print(usage.to_json() if usage else "The answer came without a usage.")\n'

CHAT_STREAM = """\
usage = None
for chunk in stream:
    for choice in chunk.choices:
        print({text}, end="", flush=True)
{call}    usage = chunk.usage or usage
print("\\n")
"""
CHAT_STREAM_CALL = """\
        for part in choice.delta.tool_calls or []:
            name, arguments = calls.get(part.index, ("", ""))
            calls[part.index] = (name + (part.function.name or ""), arguments + (part.function.arguments or ""))
"""
CHAT_WHOLE = """\
for choice in answer.choices:
    print({text})
{call}usage = answer.usage
print()
"""
CHAT_WHOLE_CALL = """\
    for call in choice.message.tool_calls or []:
        print(call.function.name, call.function.arguments)
"""
RESPONSES_STREAM = """\
usage = None
for event in stream:
    if event.type == "response.output_text.delta":
        print(event.delta, end="", flush=True)
{call}    elif event.type in ("response.completed", "response.incomplete"):
        usage = event.response.usage
    elif event.type == "response.failed":
        raise SystemExit(event.response.error)
print("\\n")
"""
RESPONSES_STREAM_CALL = """\
    elif event.type == "response.output_item.done" and event.item.type == "function_call":
        print(event.item.name, event.item.arguments)
"""
RESPONSES_WHOLE = """\
print(answer.output_text)
{call}usage = answer.usage
print()
"""
RESPONSES_WHOLE_CALL = """\
for item in answer.output:
    if item.type == "function_call":
        print(item.name, item.arguments)
"""
READING = {
    ("chat", True): (CHAT_STREAM, CHAT_STREAM_CALL),
    ("chat", False): (CHAT_WHOLE, CHAT_WHOLE_CALL),
    ("responses", True): (RESPONSES_STREAM, RESPONSES_STREAM_CALL),
    ("responses", False): (RESPONSES_WHOLE, RESPONSES_WHOLE_CALL),
}


def program(call: Call) -> str:
    """The program. It prints the text as it comes, the tool calls, and then the usage."""
    key = f"os.environ[{quoted(call.key_variable)}]" if call.key_variable else '"none"'
    result = "stream" if call.streams else "answer"
    imports = "import os\n\nfrom openai import OpenAI\n" if call.key_variable else "from openai import OpenAI\n"
    return (
        f"{call.comments('#')}"
        "# Needs the package openai. Run it with: python prompt.py\n"
        f"{imports}{PARTS if _reads_parts(call) else ''}\n"
        f"client = OpenAI(base_url={quoted(call.base_url)}, api_key={key})\n"
        f"{result} = client.{METHODS[call.api]}(\n{_arguments(call)})\n"
        f"{_reading(call)}"
        f"{USAGE}"
    )


def _reads_parts(call: Call) -> bool:
    return call.has_parts and call.api == "chat"


def _arguments(call: Call) -> str:
    named = {name: value for name, value in call.body.items() if name in NAMED[call.api]}
    extra = {name: value for name, value in call.body.items() if name not in named}
    if extra:
        named["extra_body"] = extra
    return "".join(f"{STEP}{name}={write(value, PYTHON, STEP, len(name) + 1)},\n" for name, value in named.items())


def _reading(call: Call) -> str:
    said = "choice.delta.content" if call.streams else "choice.message.content"
    text = f"text_of({said})" if _reads_parts(call) else f'{said} or ""'
    frame, of_calls = READING[call.api, call.streams]
    read = frame.replace("{text}", text).replace("{call}", of_calls if call.has_tools else "")
    if call.has_tools and (call.api, call.streams) == ("chat", True):
        printed = lines("print(name, arguments)\n", STEP)
        return f"calls = {{}}\n{read}for name, arguments in calls.values():\n{printed}"
    return read
