import tempfile
from pathlib import Path

import pytest

from studiolo.gallery import Gallery
from tests.gallery.painting import WordEmbedder


@pytest.fixture
def gallery(tmp_path):
    with Gallery.open(tmp_path / "gallery", embedder=WordEmbedder()) as opened:
        yield opened


@pytest.fixture
def readable_folder():
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # pytest's own are closed to other users
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
