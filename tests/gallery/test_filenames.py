from __future__ import annotations

import pytest

from studiolo.gallery.filenames import slug


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A red Apple!", "a-red-apple"),
        ("日本 の 城", "日本-の-城"),
        ("../../etc/passwd", "etc-passwd"),
        ("!!!", "picture"),
        ("x" * 300, "x" * 48),
        ("word " * 100, "word-word-word-word-word-word-word-word-word"),
        ("CON: a\x00b\n", "con-a-b"),
    ],
)
def test_names_from_prompts_are_safe_and_short(prompt: str, name: str):
    assert slug(prompt) == name
