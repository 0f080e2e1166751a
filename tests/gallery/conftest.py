import pytest

from studiolo.gallery import Gallery
from tests.gallery.painting import WordEmbedder


@pytest.fixture
def gallery(tmp_path):
    with Gallery.open(tmp_path / "gallery", embedder=WordEmbedder()) as opened:
        yield opened
