"""Who needs a token, and how wrong ones are received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from starlette.datastructures import Headers

from studiolo.errors import RateLimitedError
from studiolo.server.context import SCOPES, Caller
from studiolo.server.security import slowing
from studiolo.server.security.access import shown_secret
from studiolo.server.security.slowing import Slowing, delay, network
from studiolo.studio import Studio
from tests.server.serving import Serving, serve

PRIVATE = "/api/nothing-that-is-public"


PROXIED = ("X-Forwarded-For", "x-forwarded-proto", "Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP")


def test_what_comes_through_a_proxy_is_not_this_machines_user(server: Serving):
    assert server.get(PRIVATE).status_code == 404
    for header in PROXIED:
        assert server.get(PRIVATE, headers={header: "127.0.0.1"}).status_code == 401


def test_where_others_can_reach_it_this_machines_user_needs_a_token_too(studio: Studio):
    _, secret = studio.gallery.tokens.create("phone", ["read"])
    with serve(studio, host="0.0.0.0") as server:
        assert server.get(PRIVATE).status_code == 401
        assert server.get(PRIVATE, headers={"Authorization": f"Bearer {secret}"}).status_code == 404


def test_a_forwarded_header_does_not_help_in(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    for header in PROXIED:
        assert server.get(PRIVATE, headers={header: "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({}, ""),
        ({"authorization": "Bearer abc"}, "abc"),
        ({"authorization": "bearer  abc "}, "abc"),
        ({"authorization": "abc"}, ""),
        ({"authorization": "Basic abc"}, ""),
        ({"cookie": "a=b; studiolo=abc"}, "abc"),
        ({"cookie": "studiolo2=abc"}, ""),
        ({"authorization": "Bearer abc", "cookie": "studiolo=def"}, "abc"),
    ],
)
def test_where_a_token_stands(headers: dict[str, str], secret: str):
    assert shown_secret(Headers(headers)) == secret


def test_scopes():
    assert all(Caller().allows(scope) for scope in SCOPES)
    assert Caller(scopes=frozenset({"admin"})).allows("edit")
    assert not Caller(scopes=frozenset({"read"})).allows("generate")


def test_the_first_mistakes_are_free_then_each_costs_more():
    delays = [delay(n) for n in range(1, 12)]
    assert delays[:3] == [0, 0, 0]
    assert delays[3:6] == [0.25, 0.5, 1.0]
    assert delays[-1] == delay(10_000) == slowing.LONGEST_DELAY_S


def test_only_so_many_wait_at_once_and_a_right_token_is_forgiven(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slowing, "FIRST_DELAY_S", 30.0)
    monkeypatch.setattr(slowing, "LONGEST_DELAY_S", 30.0)

    async def guess() -> None:
        record = Slowing()
        for _ in range(slowing.FREE):
            await record.punish("203.0.113.1")
        waiting = [
            asyncio.ensure_future(record.punish("203.0.113.1")) for _ in range(slowing.WAITING_AT_ONCE)
        ]
        await asyncio.sleep(0)
        with pytest.raises(RateLimitedError) as raised:
            await record.punish("203.0.113.1")
        assert raised.value.retry_after_s == 30.0
        await record.punish("203.0.113.2")  # others are not kept
        record.forgive("203.0.113.1")
        await record.punish("203.0.113.1")  # free again
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(guess())


def test_memory_is_bounded():
    async def flood() -> int:
        record = Slowing()
        for number in range(3 * slowing.ADDRESSES):
            await record.punish(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        return len(record)

    assert asyncio.run(flood()) == slowing.ADDRESSES


def test_an_ipv6_customer_is_one_address():
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:203.0.113.1") == network("203.0.113.1")


def test_many_wrong_tokens_are_refused_over_http_too(
    start: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slowing, "WAITING_AT_ONCE", 0)
    server = start(server_tokens=True)
    _, right = server.studio.gallery.tokens.create("laptop", ["read"])
    wrong = {"Authorization": "Bearer stl_wrong"}
    seen = [server.get(PRIVATE, headers=wrong) for _ in range(slowing.FREE + 1)]
    assert [answer.status_code for answer in seen] == [401] * slowing.FREE + [429]
    assert int(seen[-1].headers["retry-after"]) >= 1
    assert server.get(PRIVATE, headers={"Authorization": f"Bearer {right}"}).status_code == 404
