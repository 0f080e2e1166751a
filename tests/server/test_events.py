"""What happens, told as it happens; and told again to those who were away."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from studiolo.gallery import Gallery
from studiolo.server import event_stream, feed
from studiolo.server.announcing import announce

from .serving import Serving
from .test_jobs import equip, finished, submit
from .test_pictures import keep
from .watching import watch


def test_a_job_is_told_from_its_beginning_to_its_end(server: Serving):
    gated = equip(server)
    with watch(server) as watcher:
        assert watcher.until_kind("snapshot") == {"jobs": []}
        job = submit(server, engine="gated", count=2)
        watcher.until_state("running")
        gated.gate.release()
        progress = watcher.until_kind("progress")
        assert (progress["id"], progress["index"], progress["total"]) == (job["id"], 0, 4)
        for _ in range(7):
            gated.gate.release()
        done = watcher.until_state("done")
    pictures = watcher.of("picture")
    assert [(told["job_id"], told["index"]) for told in pictures] == [(job["id"], 0), (job["id"], 1)]
    assert [told["picture"]["id"] for told in pictures] == [picture["id"] for picture in done["pictures"]]
    assert {told["change"] for told in watcher.of("gallery")} == {"added"}
    fractions = [told["fraction"] for told in watcher.of("progress")]
    assert fractions == sorted(fractions)
    assert server.get(pictures[0]["picture"]["image_url"]).status_code == 200


def test_two_clients_see_the_same(server: Serving):
    with watch(server) as one, watch(server) as other:
        for watcher in (one, other):
            watcher.until_kind("snapshot")
        submit(server, count=2)
        assert one.until_state("done") == other.until_state("done")
        assert one.of("picture") == other.of("picture")


@pytest.mark.parametrize("how", ["header", "query"])
def test_who_comes_back_is_told_what_was_missed_and_no_more(server: Serving, how: str):
    with watch(server) as watcher:
        watcher.until_kind("snapshot")
        first = submit(server, seed=1)
        watcher.until_state("done")
        seen = watcher.last_event_id
    second = submit(server, seed=2)
    finished(server, second["id"])
    resumed = watch(server, after=seen) if how == "header" else watch(server, last_event_id=seen)
    with resumed as watcher:
        assert watcher.until_state("done")["id"] == second["id"]
        assert "snapshot" not in watcher.kinds
        assert first["id"] not in {data["id"] for data in watcher.of("job")}
        third = submit(server, seed=3)
        assert watcher.until_state("done")["id"] == third["id"]


@pytest.mark.parametrize("seen", ["00000000-1", "nonsense", "-", "00000000-99999999999999999999", "é", "\t"])
def test_who_cannot_be_told_what_was_missed_is_told_how_things_stand(server: Serving, seen: str):
    job = finished(server, submit(server)["id"])
    with watch(server, last_event_id=seen) as watcher:
        told = watcher.until_kind("snapshot")["jobs"]
        assert [one["id"] for one in told] == [job["id"]]
        assert told[0]["pictures"] == job["pictures"]


def test_one_job_is_watched_until_it_ends(server: Serving):
    gated = equip(server)
    job, other = (submit(server, engine="gated") for _ in range(2))
    address = f"/api/jobs/{job['id']}/events"
    with watch(server, address) as watcher:
        assert [one["id"] for one in watcher.until_kind("snapshot")["jobs"]] == [job["id"]]
        for _ in range(4):
            gated.gate.release()
        kinds = watcher.to_the_end()
        assert "gallery" not in kinds
        assert watcher.of("job")[-1]["state"] == "done"
        assert other["id"] not in str(watcher.seen)
    with watch(server, address) as late:  # who comes late is told, and let go
        assert late.to_the_end() == ["snapshot"]
    back = server.get(address, headers={"Last-Event-ID": watcher.last_event_id})
    assert (back.status_code, back.content) == (204, b"")
    server.delete(f"/api/jobs/{other['id']}")


def test_changes_of_the_gallery_are_told(server: Serving):
    kept = keep(server.studio).id
    album = server.post("/api/collections", json={"name": "Album"}).json()["id"]
    expected: list[tuple[str, Callable[[], Any]]] = [
        ("changed", lambda: server.patch("/api/pictures", json={"ids": [kept], "starred": True})),
        ("changed", lambda: server.post(f"/api/collections/{album}/pictures", json={"add": ["latest"]})),
        ("changed", lambda: server.post(f"/api/pictures/{kept}/tags")),
        ("trashed", lambda: server.patch("/api/pictures", json={"ids": [kept], "trashed": True})),
        ("restored", lambda: server.patch("/api/pictures", json={"ids": [kept], "trashed": False})),
    ]
    with watch(server) as watcher:
        watcher.until_kind("snapshot")
        for change, act in expected:
            act()
            assert watcher.until_kind("gallery") == {"change": change, "ids": [kept]}
        server.patch("/api/pictures", json={"ids": [kept], "trashed": True})
        server.delete("/api/trash")
        told = watcher.until(lambda kind, data: kind == "gallery" and data["change"] == "removed")
        assert told["ids"] == []


def test_changes_of_collections_are_told(server: Serving):
    with watch(server) as watcher:
        watcher.until_kind("snapshot")
        album = server.post("/api/collections", json={"name": "Album"}).json()["id"]
        assert watcher.until_kind("gallery") == {"change": "changed", "ids": []}
        server.patch(f"/api/collections/{album}", json={"name": "Other"})
        assert watcher.until_kind("gallery") == {"change": "changed", "ids": []}
        server.delete(f"/api/collections/{album}")
        assert watcher.until_kind("gallery") == {"change": "changed", "ids": []}


def test_changes_by_another_process_are_noticed(server: Serving):
    kept = keep(server.studio).id
    folder = server.studio.settings.gallery_folder
    with Gallery.open(folder) as other, watch(server) as watcher:
        watcher.until_kind("snapshot")
        for starred in (True, False):
            other.star([kept], starred=starred)
            assert watcher.until_kind("gallery") == {"change": "unknown", "ids": []}
    with watch(server) as watcher:  # what is changed here is told once, by whoever changed it
        watcher.until_kind("snapshot")
        server.patch("/api/pictures", json={"ids": [kept], "starred": True})
        with Gallery.open(folder) as other:
            other.collections.create("Album")
        watcher.until(lambda _, data: data.get("change") == "unknown")
        assert watcher.of("gallery") == [
            {"change": "changed", "ids": [kept]},
            {"change": "unknown", "ids": []},
        ]


def test_progress_comes_ten_times_a_second_at_most(server: Serving):
    with watch(server) as watcher:
        watcher.until_kind("snapshot")
        began = time.monotonic()
        submit(server, count=16, steps=100)
        watcher.until_state("done")
        seconds = time.monotonic() - began
    assert len(watcher.of("picture")) == 16
    assert len(watcher.of("progress")) <= 10 * seconds + 1


def test_a_quiet_stream_beats(server: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(event_stream, "HEARTBEAT_S", 0.2)
    with server.new_client() as client, client.stream("GET", "/api/events") as response:
        text = ""
        for chunk in response.iter_text():
            text += chunk
            if text.count(": ping") == 2:
                break
    assert response.headers["cache-control"] == "no-store"
    assert text.startswith("retry: 1000")


def test_a_client_that_is_too_slow_is_cut_off_and_hears_how_things_stand(
    server: Serving, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed, "MOST_WAITING", 3)
    monkeypatch.setattr(feed, "PACE_S", 1.0)
    with watch(server) as watcher:
        watcher.until_kind("snapshot")
        submit(server, count=8)
        kinds = watcher.to_the_end()
        assert kinds.count("picture") < 8
    with watch(server) as watcher:
        assert len(watcher.until_kind("snapshot")["jobs"]) == 1


def test_who_leaves_is_forgotten(server: Serving):
    log = server.studio.jobs.events
    for _ in range(3):
        with watch(server) as watcher:
            watcher.until_kind("snapshot")
            assert log.watched()
    submit(server)  # a broken line is found when something is written into it
    from tests.jobs.conftest import wait_until

    wait_until(lambda: not log.watched())
    wait_until(lambda: server.app.state.watch.idle)


def test_a_client_that_reads_nothing_holds_up_nobody(server: Serving):
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        for _ in range(3):
            assert finished(server, submit(server, count=16)["id"])["state"] == "done"


def test_a_stream_ends_with_the_token_it_was_opened_with(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    tokens = server.studio.gallery.tokens
    _, leaving = tokens.create("leaving", ["read"])
    _, staying = tokens.create("staying", ["read"])
    with watch(server, token=leaving) as one, watch(server, token=staying) as other:
        one.until_kind("snapshot")
        other.until_kind("snapshot")
        tokens.revoke("leaving")
        announce(server.studio, "changed")
        assert other.until_kind("gallery") == {"change": "changed", "ids": []}
        assert one.to_the_end() == ["snapshot"]


def test_streams_end_with_the_server(start: Callable[..., Serving], embedder: Any):
    from .serving import open_studio, serve

    with open_studio(embedder, gallery="another") as studio:
        with serve(studio) as server:
            client = server.new_client()
            stream = client.stream("GET", "/api/events")
            response = stream.__enter__()
            lines = response.iter_lines()
            assert next(lines).startswith("retry")
        assert list(lines)[-1] == ""  # to its end, and not broken off
        stream.__exit__(None, None, None)
        client.close()
