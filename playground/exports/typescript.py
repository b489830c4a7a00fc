"""A request as a TypeScript program without any package: `fetch`, and the events read from its stream. Pure.

It is written without a type annotation, so that the same bytes are also a program for a Node.js that reads JavaScript only.
"""

import json

from playground.exports.call import Call, lines
from playground.exports.literals import TYPESCRIPT, is_exact_in_javascript, quoted, typescript_name, write

STEP = TYPESCRIPT.step
HEAD = """\
// Run it with: node prompt.ts, or where Node.js is older than 22.18 under another name: node prompt.mjs
// @ts-ignore: the types of Node.js need not be installed
import {{ {names} }} from "node:process";

{key}{body}
async function main() {{
  const response = await fetch({url}, {{
    method: "POST",
    headers: {{ {headers} }},
    body: {sent},
  }});
"""
STREAM = """\
  if (!response.ok || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let usage = null;
  while (true) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split(/\\r?\\n/);
    rest = done ? "" : lines.pop() ?? "";
    for (const line of lines) {
      const data = line.startsWith("data:") ? line.slice(5).trim() : "";
      if (!data || data === "[DONE]") continue;
      const event = JSON.parse(data);
      if (event.error || event.type === "error") throw new Error(data);
{event}    }
    if (done) break;
  }
  stdout.write("\\n\\n");
"""
WHOLE = """\
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  const answer = await response.json();
{answer}  const usage = answer.usage;
  stdout.write("\\n\\n");
"""
TAIL = """\
  console.log(usage ? JSON.stringify(usage, null, 2) : "The answer came without a usage.");
}

main();
"""

TEXT = 'stdout.write({said}?.content ?? "");\n'
PARTS = """\
const content = {said}?.content ?? "";
// Reasoning models answer with a list of parts; other models with a text.
for (const part of Array.isArray(content) ? content : [content]) {
  stdout.write(typeof part === "string" ? part : part.text ?? "");
}
"""
CHAT_STREAM_CALL = """\
for (const part of choice.delta?.tool_calls ?? []) {
  const call = calls.get(part.index) ?? { name: "", arguments: "" };
  call.name += part.function?.name ?? "";
  call.arguments += part.function?.arguments ?? "";
  calls.set(part.index, call);
}
"""
CHAT_WHOLE_CALL = """\
for (const call of choice.message.tool_calls ?? []) console.log(call.function.name, call.function.arguments);
"""
CALLS = "for (const call of calls.values()) console.log(call.name, call.arguments);\n"
RESPONSES_STREAM = """\
if (event.type === "response.output_text.delta") stdout.write(event.delta);
{call}if (event.type === "response.failed") throw new Error(JSON.stringify(event.response.error));
usage = event.response?.usage ?? usage;
"""
RESPONSES_STREAM_CALL = """\
if (event.type === "response.output_item.done" && event.item.type === "function_call") {
  console.log(event.item.name, event.item.arguments);
}
"""
RESPONSES_WHOLE = """\
for (const item of answer.output) {
{call}  for (const part of item.type === "message" ? item.content : []) stdout.write(part.text ?? "");
}
"""
RESPONSES_WHOLE_CALL = """\
  if (item.type === "function_call") console.log(item.name, item.arguments);
"""


def program(call: Call) -> str:
    """The program. It prints the text as it comes, the tool calls, and then the usage."""
    read = _stream(call) if call.streams else WHOLE.replace("{answer}", lines(_answer(call), STEP))
    return call.comments("//") + _head(call) + read + TAIL


def _head(call: Call) -> str:
    name = call.key_variable
    headers = ['"Content-Type": "application/json"']
    if name:
        headers.insert(0, "Authorization: `Bearer ${key}`")
    body = dict(call.body)
    if is_exact_in_javascript(body):
        written, sent = f"const body = {write(body, TYPESCRIPT, '', 13)};\n", "JSON.stringify(body)"
    else:
        # As an object it would lose digits: JavaScript has no whole numbers of this size.
        text = quoted(json.dumps(body, ensure_ascii=False))
        written, sent = (
            f"// JSON as text, because JavaScript would round a number in it.\nconst body = {text};\n",
            "body",
        )
    missing = quoted(f"Set {name} to your key first.")
    key = f"const key = env.{typescript_name(name)};\nif (!key) throw new Error({missing});\n" if name else ""
    return HEAD.format(
        names="env, stdout" if name else "stdout",
        key=key,
        body=written,
        url=quoted(call.url),
        headers=", ".join(headers),
        sent=sent,
    )


def _said(call: Call, said: str) -> str:
    return (PARTS if call.has_parts else TEXT).replace("{said}", said)


def _stream(call: Call) -> str:
    has_calls = call.has_tools and call.api == "chat"
    if call.api == "chat":
        of_choice = _said(call, "choice.delta") + (CHAT_STREAM_CALL if has_calls else "")
        event = (
            f"for (const choice of event.choices ?? []) {{\n{lines(of_choice, STEP)}}}\nusage = event.usage ?? usage;\n"
        )
    else:
        event = RESPONSES_STREAM.replace("{call}", RESPONSES_STREAM_CALL if call.has_tools else "")
    read = STREAM.replace("{event}", lines(event, STEP * 3))
    if not has_calls:
        return read
    return f"{STEP}const calls = new Map();\n{read}{STEP}{CALLS}"


def _answer(call: Call) -> str:
    if call.api == "responses":
        return RESPONSES_WHOLE.replace("{call}", RESPONSES_WHOLE_CALL if call.has_tools else "")
    of_choice = _said(call, "choice.message") + (CHAT_WHOLE_CALL if call.has_tools else "")
    return f"for (const choice of answer.choices) {{\n{lines(of_choice, STEP)}}}\n"
