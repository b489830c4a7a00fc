"""The settings and the README's table say the same, and an unsafe setting is refused in one sentence."""

import re
from pathlib import Path

import pytest

from tests.live import ROOT, manage

READ = re.compile(r"(?:env\.\w+|secret|number|upstream_url|switch|origins|database)\(\s*\"([A-Z][A-Z0-9_]+)\"")


def read_variables() -> set[str]:
    source = (ROOT / "config/settings.py").read_text() + (ROOT / "config/environment.py").read_text()
    return set(READ.findall(source))


def documented_variables() -> set[str]:
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row.split("|")[1])}


def test_the_readme_names_every_variable_and_no_other() -> None:
    documented = {name for name in documented_variables() if not name.endswith("_FILE")}
    assert documented == read_variables()


def test_secrets_have_a_file_form() -> None:
    assert {name for name in documented_variables() if name.endswith("_FILE")} == {
        "SECRET_KEY_FILE",
        "OPENROUTER_API_KEY_FILE",
        "MISTRAL_API_KEY_FILE",
        "COMPATIBLE_API_KEY_FILE",
    }


ROOMS = sorted(
    str(path.relative_to(ROOT)) for room in ("catalog", "playground") for path in (ROOT / room).glob("**/*.py")
)


@pytest.mark.parametrize("path", ROOMS)
def test_only_the_settings_read_the_environment(path: str) -> None:
    source = (ROOT / path).read_text()
    assert not re.search(r"^[^\"']*(os\.environ\[|os\.environ\.get|os\.getenv)", source, re.MULTILINE)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak."),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "SECRET_KEY is too weak."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=* is unsafe with DEBUG off."),
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0 listens beyond this machine. Set ALLOWED_HOSTS"),
        ({"OPENROUTER_API_KEY": "with a space"}, "OPENROUTER_API_KEY holds a space"),
        ({"OPENROUTER_API_KEY": "schlüssel"}, "OPENROUTER_API_KEY holds a space or a character"),
        ({"OPENROUTER_BASE_URL": "http://example.com/v1"}, "plain http, which is accepted on loopback only"),
        ({"OPENROUTER_BASE_URL": "ftp://example.com"}, "OPENROUTER_BASE_URL is not a plain http or https address."),
        ({"OPENROUTER_BASE_URL": "https://user:word@example.com"}, "OPENROUTER_BASE_URL is not a plain"),
        ({"PORT": "many"}, "PORT is not a number."),
        ({"PORT": "70000"}, "PORT is 70000; it must be a whole number from 0 to 65535."),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL must begin with sqlite:// or postgres://"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must begin with sqlite:// or postgres://"),
        ({"OPENROUTER_BASE_URL": "http://[::1"}, "OPENROUTER_BASE_URL is not a plain http or https address."),
        ({"DATA_DIR": "/proc/nowhere"}, "DATA_DIR (/proc/nowhere) cannot be written to."),
        ({"HTTPS_ONLY": "maybe"}, "HTTPS_ONLY is “maybe”. Set it to on or off."),
        ({"DEBUG": "x"}, "DEBUG is “x”. Set it to on or off."),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty."),
        ({"SECRET_KEY_FILE": "/dev/null"}, "SECRET_KEY_FILE names a file that is empty."),
        ({"PORT": "80.5"}, "PORT is 80.5; it must be a whole number"),
        ({"CSRF_TRUSTED_ORIGINS": "models.example.com"}, "An origin looks like https://models.example.com."),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE names a file that cannot be read"),
    ],
)
def test_an_unsafe_setting_is_refused_in_one_sentence(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    done = manage(tmp_path, "check", **variables)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert sentence in last
    assert "Traceback" not in done.stderr
    for name, value in variables.items():
        if name.endswith("API_KEY"):
            assert value not in done.stderr


def test_a_key_with_a_trailing_newline_is_trimmed(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-or-not-a-key\n")
    done = manage(tmp_path, "check", OPENROUTER_API_KEY_FILE=str(tmp_path / "key"))
    assert done.returncode == 0, done.stderr


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert manage(data, "check").returncode == 0
    key = (data / "secret-key").read_text()
    assert len(key) >= 50
    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert manage(data, "check").returncode == 0
    assert (data / "secret-key").read_text() == key


def test_deployment_checks_pass_behind_https(tmp_path: Path) -> None:
    done = manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", HTTPS_ONLY="on", ALLOWED_HOSTS="models.example.com"
    )
    assert done.returncode == 0, done.stderr
