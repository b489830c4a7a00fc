"""Asking an upstream: one request over HTTP, read byte by byte into pieces of an answer.

`client` is what others use: `Upstream` with its pieces (`pieces`) and errors (`errors`). `connections` is the only file
that imports the HTTP library. Below it, and pure: `answers` (a body under deadlines and caps), `chunks` and `responses`
(the JSON of the two APIs to pieces, on the common ground of `reading`, with `tool_calls`, `thinking`, `usage_names`),
`lookups`, `strict_json`, `deadlines`, `redaction` and `shown` (our key never comes back), `error_bodies` (what an error
says) and `advice` (what to tell the person).
"""
