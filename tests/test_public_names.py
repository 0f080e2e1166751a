"""`from studiolo import X`: sorted, resolved when first used, and free until then."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import studiolo

HEAVY = (
    "numpy",
    "PIL",
    "pydantic",
    "onnxruntime",
    "tokenizers",
    "typer",
    "rich",
    "obstore",
    "sqlite3",
    "asyncio",
)


def test_all_is_sorted_and_says_each_name_once():
    assert studiolo.__all__ == sorted(set(studiolo.__all__))


def test_all_and_the_homes_agree():
    assert set(studiolo.__all__) == set(studiolo._HOME_OF)


@pytest.mark.parametrize("name", studiolo.__all__)
def test_every_name_resolves_to_what_its_home_has(name: str):
    assert getattr(studiolo, name) is getattr(importlib.import_module(studiolo._HOME_OF[name]), name)
    assert name in dir(studiolo)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Studoi'"):
        _ = studiolo.Studoi  # pyright: ignore[reportAttributeAccessIssue]


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_studiolo_loads_nothing():
    loaded = loaded_by("import studiolo")
    assert not loaded.intersection(HEAVY)
    assert {name for name in loaded if name.partition(".")[0] == "studiolo"} == {"studiolo"}


@pytest.mark.parametrize(
    ("statement", "not_needed"),
    [
        ("from studiolo import StudioloError", HEAVY),
        ("from studiolo import Settings", ("numpy", "PIL", "onnxruntime", "obstore")),
        ("from studiolo import ImageRequest", ("numpy", "onnxruntime", "tokenizers", "obstore")),
        ("from studiolo import Studio", ("onnxruntime", "tokenizers", "typer", "rich")),
        ("from studiolo import EngineRegistry; EngineRegistry()", ("onnxruntime", "numpy")),
    ],
)
def test_a_name_loads_only_what_it_needs(statement: str, not_needed: tuple[str, ...]):
    assert not loaded_by(statement).intersection(not_needed)
