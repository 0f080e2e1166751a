"""One file from a hub that sends elsewhere for it, and from those that are not to be trusted."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from studiolo.engines.local import hub
from studiolo.engines.local.names import check_listed
from studiolo.engines.local.options import LocalOptions
from studiolo.engines.local.parcels import Parcel
from studiolo.engines.local.transfer import Remote, Told, fetch
from studiolo.errors import EngineError
from tests.engines.local import hub_server as models
from tests.engines.local.repositories import safetensors, write

DATA = b"weights" * 1000


class Server(BaseHTTPRequestHandler):
    """Sends to ``elsewhere`` if that is given, else gives ``DATA``, ``times`` over and without its length."""

    elsewhere: ClassVar[str] = ""
    times: ClassVar[int] = 1
    asked: ClassVar[list[dict[str, str]]] = []
    sent: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self.asked.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(302 if self.elsewhere else 200)
        if self.elsewhere:
            self.send_header("Location", self.elsewhere)
            self.send_header("Content-Length", "0")
        self.end_headers()
        for _ in range(0 if self.elsewhere else self.times):
            try:
                self.wfile.write(DATA)
            except ConnectionError:  # whoever asked has gone
                return
            self.sent.append(len(DATA))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(**how: object) -> Generator[tuple[str, type[Server]]]:
    handler = type("ThisServer", (Server,), {"asked": [], "sent": [], **how})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file", handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def bring(url: str, folder: Path, told: Told = lambda _: None) -> Path:
    sha256 = hashlib.sha256(DATA).hexdigest()
    remote = Remote(url=url, headers={"authorization": "Bearer secret"}, size=len(DATA), sha256=sha256)
    fetch(remote, folder / "blobs" / sha256, folder / "locks" / sha256, told)
    return folder / "blobs" / sha256


def test_the_token_goes_to_the_hub_and_not_to_where_it_keeps_files(tmp_path: Path):
    with serving() as (there, store), serving(elsewhere=there) as (url, hub):
        assert bring(url, tmp_path).read_bytes() == DATA
    assert hub.asked[0]["authorization"] == "Bearer secret"
    assert "secret" not in str(store.asked)
    assert len(store.asked) == 1


def test_more_than_was_said_is_not_let_onto_the_disk(tmp_path: Path):
    most: list[int] = []
    with serving(times=20_000) as (url, server), pytest.raises(EngineError, match="checksum"):
        bring(url, tmp_path, most.append)
    assert max(most) < 2_000_000, "of 140 MB"
    assert len(server.sent) < 20_000
    assert not list((tmp_path / "blobs").iterdir())


@pytest.mark.parametrize(
    "name", ["../x.safetensors", "/x", "a/../../x", "a//x", "a/..", "a\\x", "c:x", ".", "", "a/\nx"], ids=repr
)
def test_a_hub_cannot_name_files_outside_of_a_model(name: str):
    with pytest.raises(EngineError, match="no name that a file"):
        check_listed(name, "")


@pytest.mark.parametrize("sha256", ["../../../.profile", "a" * 63, "A" * 64])
def test_what_a_file_is_kept_under_is_its_checksum(sha256: str):
    with pytest.raises(EngineError, match="no name that a file"):
        check_listed("x.safetensors", sha256)


@pytest.mark.parametrize("name", ["x.json", "unet/x.fp16.safetensors", ".gitattributes", "a/..b/c d.md"])
def test_names_as_models_have_them(name: str):
    check_listed(name, "")
    check_listed(name, "a" * 64)


def test_a_hub_that_names_such_a_file_is_asked_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path / "there", {"x.safetensors": safetensors(100), "model_index.json": b"{}"})
    monkeypatch.setattr("tests.engines.local.hub_server._tag", lambda *_: "../../../escaped")
    with (
        models.serving(tmp_path / "there") as (address, served),
        pytest.raises(EngineError, match="no name that a file"),
    ):
        hub.download([Parcel(repo="someone/tiny")], tmp_path / "here", LocalOptions(hub=address))
    assert not any("resolve" in line for line in served.asked)
    assert not list(tmp_path.rglob("*escaped*"))
