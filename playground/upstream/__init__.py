"""Asking an upstream: one request over HTTP, read byte by byte into pieces of an answer.

`client` is the only file of the project that imports the HTTP library. Below it, and pure: `answers` (a body under
deadlines and caps), `chunks` (JSON chunks to pieces), `strict_json`, `deadlines`, `errors` (what went wrong, and whether
anything can have been billed) and `advice` (what to tell the person).
"""
