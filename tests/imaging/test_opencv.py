"""OpenCV is an extra, and a wheel that may want libraries of the system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from studiolo.errors import EngineError, MissingExtraError
from studiolo.imaging.opencv import has_opencv, load_opencv


def test_it_is_loaded():
    assert has_opencv()
    assert load_opencv(needed_for="A test").GC_FGD == 1


def test_without_it_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert not has_opencv()
    with pytest.raises(MissingExtraError, match=r"A test needs the extra 'editing'.*studiolo\[editing\]"):
        load_opencv(needed_for="A test")


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("libGL.so.1: cannot open shared object file: No such file or directory", "apt-get install libgl1"),
        (
            "libgthread-2.0.so.0: cannot open shared object file: No such file or directory",
            "apt-get install libglib2.0-0",
        ),
        ("libodd.so.3: cannot open shared object file: No such file or directory", "Install libodd"),
        ("numpy.core.multiarray failed to import", "--force-reinstall opencv-python"),
    ],
    ids=["libGL", "libgthread", "unknown library", "broken"],
)
def test_a_library_that_the_system_lacks_is_named(
    said: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "cv2.py").write_text(f"raise ImportError({said!r})")
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineError, match="A test needs OpenCV") as caught:
        load_opencv(needed_for="A test")
    assert hint in caught.value.hint
