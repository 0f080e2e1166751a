"""A language is found under every tag it goes by."""

from __future__ import annotations

import pytest

from studiolo.audio.languages import match, refusal

AVAILABLE = ("en-gb", "en-us", "pt", "pt-br", "zh", "yue", "nb", "he", "fil", "fr-fr", "de-DE")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("en-US", "en-us"),
        ("en_us", "en-us"),
        ("en", "en-gb"),
        ("en-AU", "en-gb"),
        ("pt-BR", "pt-br"),
        ("pt-PT", "pt"),
        ("zh-Hans-CN", "zh"),
        ("cmn", "zh"),
        ("zh-HK", "yue"),
        ("no", "nb"),
        ("iw", "he"),
        ("tl-PH", "fil"),
        ("fr", "fr-fr"),
        ("de-AT", "de-DE"),
        ("de", "de-DE"),
        ("ko", None),
        ("", None),
        ("e", None),
    ],
)
def test_lookup(wanted: str, found: str | None):
    assert match(wanted, AVAILABLE) == found


def test_cantonese_is_found_where_only_its_region_is_named():
    assert match("zh-HK", ("cmn-CN", "yue-CN")) == "yue-CN"
    assert match("zh-TW", ("cmn-CN", "yue-CN")) == "cmn-CN"
    assert match("ar-EG", ("en-US", "arb", "ar-AE")) == "arb"


def test_a_refusal_names_the_closest():
    error = refusal("The voice", "frr", ["fr", "de", "ko"])
    assert "'frr'" in error.message
    assert error.hint.startswith("Closest: fr.")
    assert "de, fr, ko" in error.hint
