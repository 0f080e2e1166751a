"""Shared links: one picture for whoever has the address, and nothing else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import pytest

from .serving import Serving
from .test_pictures import keep

PROMPT = "<script>alert('garden')</script> & \"roses\""


def test_a_link_shows_the_picture_to_somebody_without_a_token(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    _, secret = server.studio.gallery.tokens.create("me", ["read", "edit"])
    kept = keep(server.studio, PROMPT, seed=77)
    mine = {"Authorization": f"Bearer {secret}"}
    made = server.post(f"/api/pictures/{kept.id}/shares", json={}, headers=mine)
    assert made.status_code == 201, made.text
    share = made.json()
    assert share["expires"] is None
    assert not share["metadata"]
    with server.new_client() as stranger:
        page = stranger.get(share["url"])
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "garden" not in page.text
        assert f'src="{share["url"]}/image"' in page.text
        assert "<script" not in page.text
        assert "style=" not in page.text
        image = stranger.get(f"{share['url']}/image")
        assert image.headers["content-type"] == "image/png"
        assert b"garden" not in image.content
        assert "garden" not in image.headers["content-disposition"]
        assert "immutable" not in image.headers["cache-control"]
        known = {"If-None-Match": image.headers["etag"]}
        assert stranger.get(f"{share['url']}/image", headers=known).status_code == 304
        assert stranger.get(f"/api/pictures/{kept.id}").status_code == 401
        assert stranger.get("/static/share.css").status_code == 200


def test_with_metadata_it_tells_prompt_and_settings(server: Serving):
    kept = keep(server.studio, PROMPT, seed=77)
    url = server.post(f"/api/pictures/{kept.id}/shares", json={"metadata": True}).json()["url"]
    page = server.get(url).text
    assert "&lt;script&gt;alert(&#x27;garden&#x27;)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "seed 77" in page
    assert b"garden" in server.get(f"{url}/image").content


def test_a_link_ends_when_it_is_removed_expires_or_the_picture_goes(server: Serving):
    kept = keep(server.studio)
    address = f"/api/pictures/{kept.id}/shares"
    removed, trashed = (server.post(address, json={}).json() for _ in range(2))
    expiring = server.post(address, json={"expires_in_s": 1}).json()
    assert expiring["expires"]
    listed = server.get(address).json()["shares"]
    assert {one["id"] for one in listed} == {removed["id"], trashed["id"], expiring["id"]}
    assert all("url" not in one for one in listed)
    assert server.delete(f"/api/shares/{removed['id']}").status_code == 204
    assert server.delete(f"/api/shares/{removed['id']}").status_code == 404
    deadline = time.monotonic() + 30
    while server.get(expiring["url"]).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert server.get(trashed["url"]).status_code == 200
    server.patch("/api/pictures", json={"ids": [kept.id], "trashed": True})
    for share in (removed, expiring, trashed):
        page = server.get(share["url"])
        assert page.status_code == 404
        assert "Nothing hangs here" in page.text
        assert server.get(f"{share['url']}/image").status_code == 404
    assert server.post(address, json={}).status_code == 404


@pytest.mark.parametrize("secret", ["x", "%00", "..%2f..%2fapi", "A" * 43, "é" * 43, "<b>", "x" * 199])
def test_secrets_that_are_none_show_nothing(server: Serving, secret: str):
    page = server.get(f"/share/{secret}")
    assert page.status_code == 404
    assert "<b>" not in page.text
    assert server.get(f"/share/{secret}/image").status_code == 404


def test_the_secret_is_never_logged(
    server: Serving, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    kept = keep(server.studio)
    with caplog.at_level(logging.DEBUG):
        url = server.post(f"/api/pictures/{kept.id}/shares", json={}).json()["url"]
        server.get(url)
        server.get(f"{url}/image")
    secret = url.rpartition("/")[2]
    # Uvicorn's own lines are off; only pytest, which hangs its handler everywhere, ever sees them.
    said = [record for record in caplog.records if record.name.startswith("studiolo")]
    assert any(record.getMessage() == "request" for record in said)
    assert all(secret not in str(vars(record)) for record in said)
    captured = capfd.readouterr()
    assert secret not in captured.out + captured.err


@pytest.mark.parametrize(
    "body",
    [
        {"expires_in_s": 0},
        {"expires_in_s": -5},
        {"expires_in_s": 10**12},
        {"metadata": "so"},
        {"forever": True},
        [],
    ],
)
def test_shares_that_make_no_sense_are_refused(server: Serving, body: object):
    kept = keep(server.studio)
    assert server.post(f"/api/pictures/{kept.id}/shares", json=body).status_code == 422


def test_sharing_needs_the_scope_edit(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    kept = keep(server.studio)
    _, secret = server.studio.gallery.tokens.create("reader", ["read"])
    headers = {"Authorization": f"Bearer {secret}"}
    answer = server.post(f"/api/pictures/{kept.id}/shares", json={}, headers=headers)
    assert answer.status_code == 403
    assert "edit" in answer.json()["hint"]
