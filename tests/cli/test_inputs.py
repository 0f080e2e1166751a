from __future__ import annotations

import io
import sys
from datetime import UTC, datetime

import pytest

from studiolo.cli.inputs import parse_moment, parse_options, parse_size, read_prompts
from studiolo.errors import InvalidRequestError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).astimezone()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512x768", (512, 768)),
        ("512X768", (512, 768)),
        (" 64 x 32 ", (64, 32)),
        ("256", (256, 256)),
        ("0", (0, 0)),
    ],
)
def test_sizes(text: str, size: tuple[int, int]):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["abc", "", "512x", "x512", "-1x5", "1.5x2", "5x5x5", "9" * 5000, "1x2\n\x1b[2J"]
)
def test_what_is_no_size_is_refused_in_one_line(text: str):
    with pytest.raises(InvalidRequestError) as caught:
        parse_size(text)
    assert len(caught.value.message) < 100


def test_options_are_read_as_json_where_they_are():
    assert parse_options(["a=1", "b=true", "c=text", "d=", 'e={"x": [1]}', "f=a=b"]) == {
        "a": 1,
        "b": True,
        "c": "text",
        "d": "",
        "e": {"x": [1]},
        "f": "a=b",
    }


@pytest.mark.parametrize("pair", ["key", "=value", " =1", ""])
def test_an_option_needs_a_name_and_a_value(pair: str):
    with pytest.raises(InvalidRequestError):
        parse_options([pair])


def test_prompts_from_stdin_are_its_lines(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\n\n  two \r\nthree"))
    assert read_prompts(["zero", "-", "four"]) == ["zero", "one", "two", "three", "four"]


@pytest.mark.parametrize("text", ["", "\n \n", "x" * 1_000_001])
def test_stdin_without_prompts_is_refused(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    with pytest.raises(InvalidRequestError):
        read_prompts(["-"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d", datetime(2026, 11, 18, 12, tzinfo=UTC)),
        ("3 days ago", datetime(2026, 11, 18, 12, tzinfo=UTC)),
        ("12h", datetime(2026, 11, 21, 0, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 7, 12, tzinfo=UTC)),
        ("2026-11-21T09:30+00:00", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("2026-11-21T09:30Z", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
    ],
)
def test_moments(text: str, expected: datetime):
    assert parse_moment(text, now=NOW) == expected


def test_a_day_is_local_and_counts_to_its_end():
    local_midnight = datetime(2026, 11, 20).astimezone(UTC)
    assert parse_moment("2026-11-20", now=NOW) == local_midnight
    assert parse_moment("yesterday", now=NOW) == local_midnight
    end = parse_moment("2026-11-20", now=NOW, end_of_day=True)
    assert 86_399 < (end - local_midnight).total_seconds() < 86_400


@pytest.mark.parametrize("text", ["soon", "", "2026-13-01", "2026-02-30", "99999999999d", "9" * 5000 + "d"])
def test_what_is_no_date_is_refused(text: str):
    with pytest.raises(InvalidRequestError):
        parse_moment(text, now=NOW)
