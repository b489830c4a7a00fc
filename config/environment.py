"""Strict readings of the environment: one sentence says what is wrong and what to set.

Only `config/settings.py` imports this file; no other file of the project reads the environment.
"""

import os
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def secret(name: str) -> str:
    """The value of `name`, or the content of the file that `name`_FILE names; empty when neither is set.

    Surrounding white space is dropped: a key with a trailing newline would otherwise appear in the HTTP
    library's exception. Characters outside printable ASCII are refused without repeating the value.
    """
    path = env.str(f"{name}_FILE", default="")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read as text.") from error
        if not value:
            raise ImproperlyConfigured(f"{name}_FILE names a file that is empty.")
    else:
        value = env.str(name, default="").strip()
    if value and not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ImproperlyConfigured(f"{name} holds a space or a character that no key has. Set it again.")
    return value


def secret_key(folder: Path) -> str:
    """SECRET_KEY, or one made on the first start and kept in `folder` for its owner's eyes only."""
    value = secret("SECRET_KEY")
    if value:
        if len(value) < 50 or value.startswith("django-insecure"):
            raise ImproperlyConfigured(
                "SECRET_KEY is too weak. Set 50 or more random characters, or leave it unset to have one made."
            )
        return value
    path = folder / "secret-key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="ascii").strip()
        if len(kept) >= 50:
            return kept
        raise ImproperlyConfigured(
            f"{path.name} in the data folder is damaged. Remove it to have a new one made."
        ) from None
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR ({folder}) cannot be written to. Set another folder.") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        value = secrets.token_urlsafe(64)
        file.write(value)
    return value


def allowed_hosts(debug: bool) -> list[str]:
    """ALLOWED_HOSTS, by default this machine only; `*` is refused unless DEBUG is on."""
    hosts: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
    if not hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is empty. Set the names that this site answers to, or leave it unset."
        )
    if "*" in hosts and not debug:
        raise ImproperlyConfigured("ALLOWED_HOSTS=* is unsafe with DEBUG off. Set the names that this site answers to.")
    return hosts


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def upstream_url(name: str, default: str) -> str:
    """A base URL without a trailing slash; plain http is accepted on loopback only (a key travels with it)."""
    value = env.str(name, default=default).rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a plain http or https address.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is not a plain http or https address.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ImproperlyConfigured(f"{name} uses plain http, which is accepted on loopback only. Use https.")
    return value


def origins(name: str) -> list[str]:
    """A list of origins with their scheme, as a browser sends them."""
    values: list[str] = env.list(name, default=[])
    for value in values:
        if not re.fullmatch(r"https?://[^/\s]+", value):
            raise ImproperlyConfigured(f"{name} holds “{value}”. An origin looks like https://models.example.com.")
    return values


def database(name: str, default: str) -> dict[str, Any]:
    """Django's settings for a database of the two kinds that Windrose runs on."""
    sentence = f"{name} must begin with sqlite:// or postgres:// and name a database."
    try:
        found: dict[str, Any] = env.db_url(name, default=default)
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(sentence) from error
    if found.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"} or not found.get(
        "NAME"
    ):
        raise ImproperlyConfigured(sentence)
    return found


def switch(name: str) -> bool:
    """On or off, off when unset; a word that is neither is refused, because it would switch a protection off unseen."""
    word = env.str(name, default="off").strip().lower()
    if word in {"1", "on", "true", "yes"}:
        return True
    if word in {"", "0", "off", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name} is “{word[:20]}”. Set it to on or off.")


def number(name: str, default: float, least: float, most: float, *, is_whole: bool = False) -> float:
    """A number within its bounds, in the unit its name says."""
    try:
        value = env.float(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a number.") from error
    if not least <= value <= most or (is_whole and value != int(value)):
        kind = "a whole number" if is_whole else "a number"
        raise ImproperlyConfigured(f"{name} is {value:g}; it must be {kind} from {least:g} to {most:g}.")
    return value
