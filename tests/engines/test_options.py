"""Tables of engines are read as their types, and say what is wrong with them."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from studiolo.engines.options import EngineOptions, read_options
from studiolo.errors import SettingsError


class Options(EngineOptions):
    loudness: int = 3
    api_key: SecretStr | None = None


def test_text_is_read_as_the_type_it_should_have():
    assert read_options(Options, "horn", {"loudness": "7", "uses": "horn"}).loudness == 7


def test_a_misspelt_name_is_refused_with_those_there_are():
    with pytest.raises(SettingsError, match=r"no setting 'engines\.horn\.loudnes'") as caught:
        read_options(Options, "horn", {"loudnes": 7})
    assert caught.value.hint == "Known: api_key, loudness, uses."


def test_a_wrong_value_says_where_it_stands_and_never_what_it_is():
    with pytest.raises(SettingsError, match=r"'engines\.horn\.loudness' must be a valid integer") as caught:
        read_options(Options, "horn", {"loudness": "sk-secret"})
    assert "STUDIOLO_ENGINES__HORN__LOUDNESS" in caught.value.hint
    assert "sk-secret" not in f"{caught.value}{caught.value.__cause__}"
