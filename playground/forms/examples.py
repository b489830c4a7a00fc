"""Examples of JSON for the parameters that take it: short ones as a hint, whole ones to insert and change."""

TOOLS = """\
[
  {
    "type": "function",
    "function": {
      "name": "get_wind",
      "description": "The wind at a place now.",
      "parameters": {
        "type": "object",
        "properties": {
          "place": {"type": "string", "description": "Name of the place"},
          "unit": {"type": "string", "enum": ["knots", "metres per second"]}
        },
        "required": ["place"]
      }
    }
  }
]"""
RESPONSE_FORMAT = """\
{
  "type": "json_schema",
  "json_schema": {
    "name": "wind_report",
    "schema": {
      "type": "object",
      "properties": {
        "place": {"type": "string"},
        "direction": {"type": "string"},
        "knots": {"type": "number"}
      },
      "required": ["place", "direction", "knots"],
      "additionalProperties": false
    }
  }
}"""

WHOLE = {
    "tools": TOOLS,
    "tool_choice": '{"type": "function", "function": {"name": "get_wind"}}',
    "response_format": RESPONSE_FORMAT,
    "reasoning": '{"effort": "low"}',
    "logit_bias": '{"1234": -100}',
    "prediction": '{"type": "content", "content": "The text that is expected, word for word."}',
}
SHORT = {
    "tools": '[{"type": "function", "function": {"name": "…"}}]',
    "tool_choice": "auto",
    "response_format": '{"type": "json_object"}',
    "reasoning": '{"effort": "low"}',
    "logit_bias": '{"1234": -100}',
    "prediction": '{"type": "content", "content": "…"}',
}
