"""Secrets do not get into logs or answers."""

from __future__ import annotations

import pytest

from studiolo.server.security.redaction import HIDDEN, Redactor
from studiolo.settings import Settings


@pytest.fixture
def redact() -> Redactor:
    settings = Settings.load(
        engines={"openai": {"api_key": "sk-very-secret-1", "base_url": "https://a.example"}}
    )
    return Redactor(lambda: settings)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("the key sk-very-secret-1 is wrong", f"the key {HIDDEN} is wrong"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {HIDDEN}"),
        ("stl_" + "a" * 43, HIDDEN),
        ("GET /share/0123456789abcdef/image", f"GET /share/{HIDDEN}/image"),
        ("https://x.example/?key=abc&a=1", f"https://x.example/?key={HIDDEN}&a=1"),
        ("https://me:word@x.example/a", f"https://{HIDDEN}@x.example/a"),
        ("nothing secret at https://a.example", "nothing secret at https://a.example"),
    ],
)
def test_what_is_hidden(redact: Redactor, text: str, left: str):
    assert redact(text) == left


def test_a_key_given_later_is_hidden_too():
    current = Settings.load()
    redact = Redactor(lambda: current)
    assert redact("r8_abcdef") == "r8_abcdef"
    current = Settings.load(engines={"replicate": {"api_key": "r8_abcdef"}})
    assert redact("r8_abcdef") == HIDDEN
