"""JSON that fits a JSON schema, filled from a prompt. Always the same for the same prompt, and bounded in every way.

Read are: type (also several), properties, required, items, prefixItems, enum, const, $ref into the schema itself,
allOf, anyOf and oneOf (the first that is not null), ranges and multiples of numbers, lengths, formats and patterns of
texts, and the sizes of lists. Not read are: not, if, dependencies and the numbers of properties. What is optional is
filled in near the top and left out deeper down, so that a schema that contains itself comes to an end.
"""

from typing import Any

from playground.rehearsal import numbers, patterns
from playground.rehearsal.prompt_values import PromptValues

FULL_DEPTH = 3  # down to here optional fields are filled in
MOST_DEPTH = 12
MOST_VALUES = 500  # also of the parts that are followed to get there
MOST_ITEMS = 50
MOST_LENGTH = 2000  # characters of one text
MOST_HOPS = 8  # references and parts of one schema that are followed
FORMATS = {
    "date-time": "{day}T12:00:00Z",
    "date": "{day}",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "nobody@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def fitting(schema: dict[str, Any], values: PromptValues, notice: str = "") -> Any:
    """A value that fits `schema`. `notice` stands in the first field that takes free text, if there is one."""
    return _Filling(schema, values, notice).value(schema, "", 0)


def misfit(schema: dict[str, Any], value: Any, notice: str = "") -> Any:
    """`value` broken: a required field is missing, or one is of another type. `notice` is added where there is room."""
    if not isinstance(value, dict):
        return {"notice": notice} if notice else {}
    kept = dict(value)
    required = [name for name in _list(schema.get("required")) if name in kept and kept[name] != notice]
    if required:
        del kept[required[-1]]
    changed = next((name for name, held in kept.items() if held != notice), None)
    if changed is not None:
        kept[changed] = 0 if isinstance(kept[changed], str) else "not what the schema asks for"
    elif not required:
        return [notice]
    return {"notice": notice, **kept} if notice else kept


class _Filling:
    def __init__(self, root: dict[str, Any], values: PromptValues, notice: str) -> None:
        self.root = root
        self.values = values
        self.notice = notice
        self.left = MOST_VALUES

    def value(self, given: Any, name: str, depth: int, turn: int = 0) -> Any:
        """A value for the schema `given` of the field `name`; `turn` is its place in a list."""
        self.left -= 1
        if self.left < 0 or depth > MOST_DEPTH:
            return None
        schema = self._resolved(given)
        if "const" in schema:
            return schema["const"]
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            mentioned = self.values.mentioned(choices)
            ordered = mentioned + [choice for choice in choices[:MOST_ITEMS] if choice not in mentioned]
            return ordered[turn % len(ordered)]
        kind = _kind(schema)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind in ("integer", "number"):
            return numbers.fitting(schema, self.values, is_whole=kind == "integer")
        if kind == "boolean":
            return not self.values.denies()
        return None if kind == "null" else self._text(schema, name)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        others = schema.get("additionalProperties")
        required = [name for name in _list(schema.get("required")) if isinstance(name, str)]
        names = list(properties) if depth < FULL_DEPTH else [name for name in properties if name in required]
        names += [name for name in dict.fromkeys(required) if name not in properties]
        if not names and depth < FULL_DEPTH and others is not False:
            if isinstance(others, dict):
                names = [self.values.next_text()]
            elif self.notice:
                names = ["notice"]
        return {name: self.value(properties.get(name, others), name, depth + 1) for name in names[:MOST_VALUES]}

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        firsts = _list(schema.get("prefixItems"))
        least, most = _size(schema, "minItems", 0), _size(schema, "maxItems", MOST_ITEMS)
        wanted = max(2, len(firsts)) if depth < FULL_DEPTH else least
        found: list[Any] = []
        for turn in range(min(max(wanted, least), most, MOST_ITEMS)):
            item = firsts[turn] if turn < len(firsts) else schema.get("items")
            # A name that the prompt gives a value to is used once, not for every entry.
            value = self.value(item, "" if turn else name, depth + 1, turn)
            if schema.get("uniqueItems") is True and value in found:
                if len(found) >= least:
                    break
                value = _another(value, found)
            found.append(value)
        return found

    def _text(self, schema: dict[str, Any], name: str) -> str:
        least, most = _size(schema, "minLength", 0), _size(schema, "maxLength", MOST_LENGTH)
        form = FORMATS.get(str(schema.get("format")))
        if form is not None:
            return form.format(day=self.values.next_day()) if "{day}" in form else form
        if isinstance(schema.get("pattern"), str):
            return patterns.example(schema["pattern"], least)
        text = self.notice if self.notice and most >= len(self.notice) else ""
        if text:
            self.notice = ""
        text = text or self.values.named(name) or self.values.next_text()
        while len(text) < min(least, MOST_LENGTH):
            text += " " + self.values.next_text()
        return text[:most]

    def _resolved(self, given: Any) -> dict[str, Any]:
        """The schema with its references followed and its parts joined; what a schema may be beside an object allows all."""
        schema: dict[str, Any] = given if isinstance(given, dict) else {}
        for _ in range(MOST_HOPS):
            own = {key: held for key, held in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
            parts = [self._target(schema["$ref"])] if "$ref" in schema else []
            parts += _list(schema.get("allOf"))[:MOST_HOPS]
            for several in (_list(schema.get("anyOf")), _list(schema.get("oneOf"))):
                parts += [part for part in several if not _is_null(part)][:1] or several[:1]
            self.left -= len(parts)
            if not parts or self.left < 0:
                break
            for part in parts:
                own = _joined(own, part) if isinstance(part, dict) else own
            schema = own
        return schema

    def _target(self, reference: Any) -> Any:
        """What `#/$defs/name` stands for; anything where it leads nowhere."""
        target: Any = self.root
        steps = reference.lstrip("#").strip("/").split("/") if isinstance(reference, str) else []
        for step in steps[:MOST_HOPS] if steps != [""] else []:
            step = step.replace("~1", "/").replace("~0", "~")
            target = target.get(step) if isinstance(target, dict) else None
        return target if isinstance(target, dict) else {}


def _another(value: Any, found: list[Any]) -> Any:
    """A text or number like `value` that is not in `found`; anything else stays as it is."""
    if isinstance(value, str):
        return f"{value} {len(found) + 1}"
    while type(value) in (int, float) and value in found:
        value += 1
    return value


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    both = second | first
    for key in ("properties", "$defs"):
        if isinstance(first.get(key), dict) and isinstance(second.get(key), dict):
            both[key] = second[key] | first[key]
    if "required" in both:
        both["required"] = _list(first.get("required")) + _list(second.get("required"))
    return both


def _kind(schema: dict[str, Any]) -> str:
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    kind = next((kind for kind in kinds if isinstance(kind, str) and kind != "null"), None)
    if kind is None and "null" in kinds:
        return "null"
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return kind


def _is_null(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "null"


def _size(schema: dict[str, Any], name: str, default: int) -> int:
    value = schema.get(name)
    return min(int(value), 10**6) if isinstance(value, int | float) and value >= 0 else default


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
