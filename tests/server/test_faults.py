"""A gallery that cannot be written, and a disk that is full, over HTTP."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from studiolo.embedding import TextEmbedder
from studiolo.requests import SourceImage
from tests.gallery.permissions import no_permission_to_write
from tests.gallery.test_faults import full_disk
from tests.jobs.conftest import wait_until

from .serving import Serving, open_studio, serve
from .test_jobs import equip, finished, submit
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


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_gallery_that_cannot_be_written_any_more(embedder: TextEmbedder):
    """Its folder is taken away from a server that runs."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        with open_studio(embedder, home=home) as studio, serve(studio) as server:
            kept = keep(studio).id
            gated = equip(server)
            job = submit(server, engine="gated")
            with no_permission_to_write(home / "gallery"):
                for _ in range(4):
                    gated.gate.release()
                failed = finished(server, job["id"])
                assert (failed["state"], failed["error"]["error"]) == ("failed", "gallery-read-only")
                assert failed["error"]["hint"]
                refused = server.post("/api/uploads", content=png(), headers=IMAGE)
                assert (refused.status_code, refused.json()["error"]) == (403, "gallery-read-only")
                assert server.get(f"/api/pictures/{kept}/image").status_code == 200
            assert finished(server, submit(server)["id"])["state"] == "done"
            assert studio.gallery.check(mend=False).orphans == ()


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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    return ballast


def test_a_disk_that_fills_up_while_it_paints(small_disk: Path, embedder: TextEmbedder):
    with (
        open_studio(embedder, gallery=str(small_disk / "gallery")) as studio,
        serve(studio) as server,
        watch(server) as watcher,
    ):
        gated = equip(server)
        job = submit(server, engine="gated", count=3)
        for _ in range(4):
            gated.gate.release()
        kept = watcher.until_kind("picture")["picture"]["id"]
        ballast = fill(small_disk)
        for _ in range(4):
            gated.gate.release()
        failed = watcher.until_state("failed")
        assert failed["error"]["error"] == "disk-full"
        assert failed["error"]["hint"]
        assert [picture["id"] for picture in failed["pictures"]] == [kept]
        refused = server.post("/api/jobs", json={"prompt": "a"})
        assert (refused.status_code, refused.json()["error"]) == (507, "disk-full")
        assert refused.json()["hint"]
        assert server.get(f"/api/pictures/{kept}/image").status_code == 200
        assert server.get("/readyz").json()["checks"]["gallery"] == "the disk is full"
        ballast.unlink()
        wait_until(lambda: server.studio.jobs.get(job["id"]).finished)  # its end can be written now
        again = server.post(f"/api/jobs/{job['id']}/again").json()
        for _ in range(8):
            gated.gate.release()
        seeds = [picture["seed"] for picture in finished(server, again["id"])["pictures"]]
        assert seeds == [failed["pictures"][0]["seed"] + number for number in (1, 2)]
        report = studio.gallery.check(deep=True, mend=False)
        assert (report.orphans, report.missing, report.damaged) == ((), (), ())


def test_an_engine_that_dies_in_the_middle_is_said_in_every_dialect(server: Serving):
    equip(server)
    body = {"model": "faulty", "prompt": "crash", "n": 2, "size": "64x48"}
    answer = server.post("/v1/images/generations", json=body)
    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "engine"
    assert "crashed (ZeroDivisionError)" in answer.json()["error"]["message"]
    assert "secret" not in answer.text
    assert server.get("/readyz").json()["checks"]["workers"] == "ok"
    assert finished(server, submit(server)["id"])["state"] == "done"
