"""What models write is read aloud without its marks."""

from __future__ import annotations

import pytest

from studiolo.audio import speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Two **red** apples, *maybe* three.", "Two red apples, maybe three."),
        ("## The picture\n\nIt is blue.", "The picture.\nIt is blue."),
        ("- a cat\n- a dog!\n* a bird", "a cat.\na dog!\na bird."),
        ("3. first\n4. second", "3: first.\n4: second."),
        ("1. one\n   - inner\n2. two", "1: one.\ninner.\n2: two."),
        ("Use `strength` here.", "Use strength here."),
        ("```\na red apple\n```", "a red apple."),
        ("See [the docs](https://x.org/a?b=1) now.", "See the docs now."),
        ("See https://www.example.com/a/b?c=d now.", "See example.com now."),
        ("![a cat](cat.png)", "a cat."),
        ("| thing | colour |\n|---|---|\n| apple | red |", "thing, colour.\napple, red."),
        ("> quoted words", "quoted words."),
        ("A~~n old~~ new one.", "An old new one."),
        ("It is <b>blue</b>.<br>Yes.", "It is blue.Yes."),
        ("one\ntwo", "one two."),
        ("A cat 🐱 sleeps ❤️.", "A cat sleeps ."),
        ("これは絵です\n\n- りんご", "これは絵です。\nりんご。"),
        ("यह चित्र है", "यह चित्र है।"),
        ('He said "stop."', 'He said "stop."'),
    ],
)
def test_marks_are_not_said(written: str, said: str):
    assert speakable(written) == said


@pytest.mark.parametrize(
    "plain", ["2 * 3 * 4 is 24.", "a_name_with_lines is kept.", "5 < 7 and 7 > 5.", "It is 5°C."]
)
def test_plain_text_stays(plain: str):
    assert speakable(plain) == plain


def test_text_of_pictographs_alone_stays():
    assert speakable(" 🍎🍏 ") == "🍎🍏"
    assert speakable("") == ""
