"""The error tree is what its own drawing says."""

from __future__ import annotations

import re

import pytest

from studiolo import errors
from studiolo.errors import Cancelled, EngineError, InputError, MissingExtraError, StudioloError


def every_error(base: type[StudioloError] = StudioloError) -> list[type[StudioloError]]:
    return [base] + [error for child in base.__subclasses__() for error in every_error(child)]


def drawn() -> dict[str, str]:
    """Each error's parent, read from the drawing at the top of the module."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ((?:[│ ]   )*(?:[├└]── )?)([A-Z]\w+)", line)
        if found:
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            if depth:
                parents[found[2]] = above[depth - 1]
    return parents


def test_the_drawing_is_the_tree():
    ours = [error for error in every_error() if error.__module__ == "studiolo.errors"]
    assert drawn() == {
        error.__name__: error.__bases__[0].__name__ for error in ours if error is not StudioloError
    }


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__name__)
def test_every_error_has_a_sentence_and_an_exit_code(error: type[StudioloError]):
    assert error.__doc__
    wanted = 2 if issubclass(error, InputError) else 130 if issubclass(error, Cancelled) else 1
    assert error.exit_code == wanted


def test_message_and_hint_stand_apart_and_print_together():
    error = EngineError("It broke.", hint="Try again.")
    assert (error.message, error.hint, str(error)) == ("It broke.", "Try again.", "It broke. Try again.")
    assert str(EngineError("It broke.")) == "It broke."


def test_a_missing_extra_names_the_command():
    error = MissingExtraError("local", needed_for="Engine 'diffusers'")
    assert error.extra == "local"
    assert error.hint == "Run: pip install 'studiolo[local]'"


def test_cancelled_needs_no_words():
    assert str(Cancelled()) == "Cancelled."
