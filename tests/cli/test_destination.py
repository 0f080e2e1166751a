from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studiolo.cli.destination import Destination
from studiolo.errors import InvalidRequestError


def put(
    destination: Destination, content: bytes = b"png", seed: int = 7, picture_id: str = "1kq-abcd"
) -> Path:
    return destination.write(content, prompt="A red Apple, on a table!", seed=seed, picture_id=picture_id)


def test_in_a_folder_a_picture_is_named_by_prompt_seed_and_id(tmp_path: Path):
    folder = tmp_path / "new" / "folder"
    path = put(Destination(folder, pictures=1, force=False))
    assert path == folder / "a-red-apple-on-a-table-7-abcd.png"
    assert path.read_bytes() == b"png"
    assert list(folder.iterdir()) == [path]


def test_further_pictures_of_one_file_get_numbers(tmp_path: Path):
    destination = Destination(tmp_path / "apple.png", pictures=3, force=False)
    assert [put(destination).name for _ in range(3)] == ["apple.png", "apple-2.png", "apple-3.png"]


@pytest.mark.parametrize("taken", ["apple.png", "apple-2.png"])
def test_nothing_is_written_over_unasked(tmp_path: Path, taken: str):
    (tmp_path / taken).write_bytes(b"mine")
    with pytest.raises(InvalidRequestError, match=f"{taken} exists already"):
        Destination(tmp_path / "apple.png", pictures=2, force=False)
    destination = Destination(tmp_path / "apple.png", pictures=2, force=True)
    put(destination), put(destination)
    assert (tmp_path / taken).read_bytes() == b"png"


def test_a_file_that_appears_while_painting_is_kept(tmp_path: Path):
    destination = Destination(tmp_path / "apple.png", pictures=1, force=False)
    (tmp_path / "apple.png").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        put(destination)
    assert (tmp_path / "apple.png").read_bytes() == b"mine"
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.webp", "a.gif"])
def test_other_formats_are_refused_with_the_name_to_use(tmp_path: Path, name: str):
    with pytest.raises(InvalidRequestError, match="PNG") as caught:
        Destination(tmp_path / name, pictures=1, force=False)
    assert "a.png" in caught.value.hint


def test_a_folder_may_be_named_like_a_picture(tmp_path: Path):
    (tmp_path / "odd.png").mkdir()
    assert Destination(tmp_path / "odd.png", pictures=1, force=False).is_folder


def test_contact_sheets_get_names_that_are_free(tmp_path: Path):
    destination = Destination(tmp_path, pictures=2, force=False)
    sheet = Image.new("RGB", (4, 4))
    assert [destination.write_sheet(sheet).name for _ in range(3)] == [
        "contact-sheet.png",
        "contact-sheet-2.png",
        "contact-sheet-3.png",
    ]
