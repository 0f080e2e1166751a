"""Tokens to text: whatever the pieces, together they are the whole."""

from __future__ import annotations

import random

import pytest

from studiolo.engines.transformers.words import Stops, Words
from tests.engines.transformers import tiny


@pytest.fixture(scope="module")
def words():
    return tiny.tokenizer(None)


def read(words, tokens: list[int]) -> list[str]:
    reader = Words(words)
    pieces = [reader.read([token]) for token in tokens]
    return [*pieces, reader.rest()]


@pytest.mark.parametrize(
    "text",
    ["A red apple.", "그림에 사과가 있어요.", "🦊🦊 日本語 é ü ñ", "👩‍🎨 paints", " \n two  spaces \n"],
)
def test_no_letter_is_cut_in_two(words, text: str):
    pieces = read(words, words(text * 5, add_special_tokens=False)["input_ids"])
    assert "".join(pieces) == text * 5
    assert not any("\ufffd" in piece for piece in pieces)


def test_any_tokens_in_pieces_are_what_they_are_as_a_whole(words):
    draw = random.Random(0)
    for _ in range(200):
        tokens = [draw.randrange(len(words)) for _ in range(draw.randrange(1, 80))]
        whole = words.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        assert "".join(read(words, tokens)) == whole


def test_sure_text_is_told_at_once(words):
    tokens = words("apple table apple", add_special_tokens=False)["input_ids"]
    reader = Words(words)
    assert all(reader.read([token]) for token in tokens)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        (["one END two"], "one "),
        (["one E", "N", "D two"], "one "),
        (["one E", "N", "E", "ND"], "one EN"),
        (["one END"], "one "),
        (["\n\nE"], "\n\nE"),
        (["so", " HALT ", "END"], "so "),
    ],
)
def test_stops(pieces: list[str], told: str):
    stops = Stops(["END", "HALT"])
    said = ""
    for piece in pieces:
        said += stops.read(piece)
        if stops.found:
            break
    assert said + ("" if stops.found else stops.rest()) == told


def test_what_may_begin_a_stop_is_kept_back():
    stops = Stops(["</end>"])
    assert stops.read("a <") == "a "
    assert stops.read("/e") == ""
    assert stops.read("lse") == "</else"
    assert not stops.found
