"""Code samples for a listing: curl, Python and TypeScript, for both request formats, streamed and whole.

Every sample carries the listing's own id, its market's address and the environment variable the key is read from.
"""

import json
from dataclasses import dataclass
from string import Template

from catalog.models import Listing

PROMPT = "Explain quantum entanglement in one sentence."
CHAT, RESPONSES = "chat", "responses"
LANGUAGES = (("curl", "curl"), ("python", "Python"), ("typescript", "TypeScript"))

CURL = Template("""\
curl${flags} $url \\
  -H "Authorization: Bearer $$$key" \\
  -H "Content-Type: application/json" \\
  -d '$body'
""")

PYTHON = Template("""\
import os

from openai import OpenAI

client = OpenAI(base_url="$base", api_key=os.environ["$key"])
$call
""")

PYTHON_CALLS = {
    (CHAT, False): """
completion = client.chat.completions.create(
    model=$id,
    messages=[{"role": "user", "content": "$prompt"}],
)
print(completion.choices[0].message.content)""",
    (CHAT, True): """
stream = client.chat.completions.create(
    model=$id,
    messages=[{"role": "user", "content": "$prompt"}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)""",
    (RESPONSES, False): """
response = client.responses.create(
    model=$id,
    input="$prompt",
)
print(response.output_text)""",
    (RESPONSES, True): """
stream = client.responses.create(
    model=$id,
    input="$prompt",
    stream=True,
)
for event in stream:
    if event.type == "response.output_text.delta":
        print(event.delta, end="", flush=True)""",
}

TYPESCRIPT = Template("""\
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "$base", apiKey: process.env.$key });
$call
""")

TYPESCRIPT_CALLS = {
    (CHAT, False): """
const completion = await client.chat.completions.create({
  model: $id,
  messages: [{ role: "user", content: "$prompt" }],
});
console.log(completion.choices[0].message.content);""",
    (CHAT, True): """
const stream = await client.chat.completions.create({
  model: $id,
  messages: [{ role: "user", content: "$prompt" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}""",
    (RESPONSES, False): """
const response = await client.responses.create({
  model: $id,
  input: "$prompt",
});
console.log(response.output_text);""",
    (RESPONSES, True): """
const stream = await client.responses.create({
  model: $id,
  input: "$prompt",
  stream: true,
});
for await (const event of stream) {
  if (event.type === "response.output_text.delta") process.stdout.write(event.delta);
}""",
}


@dataclass(frozen=True)
class Sample:
    language: str
    language_name: str
    api: str
    is_streamed: bool
    code: str

    @property
    def anchor(self) -> str:
        return f"sample-{self.language}-{self.api}-{'streamed' if self.is_streamed else 'whole'}"


@dataclass(frozen=True)
class Endpoint:
    api: str
    name: str
    url: str


def endpoints(listing: Listing) -> list[Endpoint]:
    """The addresses that answer for this listing; none when its market's address is not known."""
    base = listing.market.api_url.rstrip("/")
    if not base:
        return []
    found = []
    if listing.has_chat_completions:
        found.append(Endpoint(CHAT, "Chat completions", f"{base}/chat/completions"))
    if listing.has_responses:
        found.append(Endpoint(RESPONSES, "Responses", f"{base}/responses"))
    return found


def samples(listing: Listing) -> list[Sample]:
    return [
        Sample(language, name, endpoint.api, is_streamed, write(listing, endpoint, language, is_streamed))
        for endpoint in endpoints(listing)
        for language, name in LANGUAGES
        for is_streamed in (False, True)
    ]


def write(listing: Listing, endpoint: Endpoint, language: str, is_streamed: bool) -> str:
    names = {
        "base": listing.market.api_url.rstrip("/"),
        "url": endpoint.url,
        "key": listing.market.key_variable or "API_KEY",
        "id": json.dumps(listing.upstream_id),
        "prompt": PROMPT,
    }
    if language == "curl":
        return CURL.substitute(names, flags=" -N" if is_streamed else "", body=body(listing, endpoint, is_streamed))
    frame, calls = (PYTHON, PYTHON_CALLS) if language == "python" else (TYPESCRIPT, TYPESCRIPT_CALLS)
    call = Template(calls[endpoint.api, is_streamed]).substitute(names)
    return frame.substitute(names, call=call)


def body(listing: Listing, endpoint: Endpoint, is_streamed: bool) -> str:
    """The request body as JSON, fit for a shell's single quotes."""
    sent: dict[str, object] = {"model": listing.upstream_id}
    if endpoint.api == CHAT:
        sent["messages"] = [{"role": "user", "content": PROMPT}]
    else:
        sent["input"] = PROMPT
    if is_streamed:
        sent["stream"] = True
    return json.dumps(sent, indent=2).replace("'", "\\u0027")
