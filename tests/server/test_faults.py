"""A gallery that cannot be written, and a disk that is full, over HTTP."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from studiolo.embedding import TextEmbedder
from studiolo.requests import SourceImage
from tests.gallery.permissions import no_permission_to_write
from tests.gallery.test_faults import full_disk

from .serving import Serving, open_studio, serve
from .test_jobs import finished, submit
from .test_pictures import keep
from .test_uploads import IMAGE, png
from .watching import watch


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_gallery_that_cannot_be_written_is_still_shown(embedder: TextEmbedder):
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # pytest's own are closed to other users
        home = Path(name)
        home.chmod(0o755)
        with open_studio(embedder, home=home) as studio:
            kept = keep(studio).id
        with (
            no_permission_to_write(home / "gallery"),
            open_studio(embedder, home=home) as studio,
            serve(studio) as server,
        ):
            assert server.get("/api/pictures").json()["pictures"][0]["id"] == kept
            assert server.get("/api/pictures/search", params={"q": "apple"}).json()["hits"]
            for part in ("image", "thumbnail", "request", "palette", "image?metadata=strip"):
                assert server.get(f"/api/pictures/{kept}/{part}").status_code == 200
            assert server.get("/api/jobs").json() == {"jobs": [], "next": None}
            with watch(server) as watcher:
                assert watcher.until_kind("snapshot") == {"jobs": []}
            for answer in (
                server.patch("/api/pictures", json={"ids": [kept], "starred": True}),
                server.post("/api/jobs", json={"prompt": "a"}),
                server.post("/api/uploads", content=png(), headers=IMAGE),
                server.post("/api/pictures", files={"file": ("a.png", png())}),
                server.post("/api/collections", json={"name": "Album"}),
                server.post(f"/api/pictures/{kept}/shares", json={}),
                server.delete("/api/trash"),
            ):
                assert answer.status_code == 403, answer.text
                assert answer.json()["error"] == "gallery-read-only"
                assert answer.json()["hint"]


@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_full_disk_keeps_nothing_half_and_is_said(server: Serving):
    kept = keep(server.studio).id
    noise = os.urandom(3 * 700 * 700)
    large = SourceImage(Image.frombytes("RGB", (700, 700), noise)).png
    with full_disk(1_000_000):  # of which the catalog needs less
        for answer in (
            server.post("/api/uploads", content=large, headers=IMAGE),
            server.post("/api/pictures", files={"file": ("a.png", large)}),
        ):
            assert answer.status_code == 507, answer.text
            assert answer.json()["error"] == "disk-full"
            assert answer.json()["hint"]
        assert server.get(f"/api/pictures/{kept}/image").status_code == 200
    assert [picture["id"] for picture in server.get("/api/pictures").json()["pictures"]] == [kept]
    assert finished(server, submit(server)["id"])["state"] == "done"
    assert server.studio.gallery.check(mend=False).orphans == ()
