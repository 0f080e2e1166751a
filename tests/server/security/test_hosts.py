"""A request is answered only if it names this server: no page can point its own name at it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studiolo.errors import ForbiddenError
from studiolo.server.security.hosts import Hosts, host_name, is_loopback
from tests.server.serving import Serving


@pytest.mark.parametrize(
    "host",
    ["localhost:{port}", "127.0.0.1", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST.", "a.localhost:1"],
)
def test_this_machines_own_names_are_answered(server: Serving, host: str):
    answer = server.get("/api/session", headers={"Host": host.format(port=server.port)})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7333",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "192.168.1.77:7333",
        "127.0.0.1@evil.example",
        "127.0.0.1:7333x",
        "[::1",
        "[localhost]",
        "evil.example, localhost",
    ],
)
def test_others_are_not(server: Serving, host: str):
    for path in ("/", "/api/session", "/static/app.js", "/healthz"):
        answer = server.get(path, headers={"Host": host})
        assert answer.status_code == 403
        assert "server_names" in answer.json()["hint"]


def test_a_name_of_the_settings_is_answered(start: Callable[..., Serving]):
    server = start(server_names=("Pictures.Example",), server_tokens=True)
    assert server.get("/api/session", headers={"Host": "pictures.example"}).status_code == 200
    assert server.get("/api/session", headers={"Host": "pictures.example.org"}).status_code == 403


@pytest.mark.parametrize(
    ("header", "local", "meant"),
    [
        ("192.168.1.5:7333", "192.168.1.5", True),  # where the connection came in
        ("192.168.1.6:7333", "192.168.1.5", False),
        ("[fd00::5]:7333", "fd00::5", True),
        ("[fd00:0:0:0::5]", "fd00::5", True),
        ("192.168.1.5", "::ffff:192.168.1.5", True),  # a socket for both families
        ("studio", "10.0.0.1", True),  # bound to that name
        ("other", "10.0.0.1", False),
        (None, "10.0.0.1", False),
    ],
)
def test_addresses_and_names_that_lead_here(header: str | None, local: str, meant: bool):
    hosts = Hosts("studio", ())
    if meant:
        hosts.check(header, local)
    else:
        with pytest.raises(ForbiddenError):
            hosts.check(header, local)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a:1", "a"),
        ("A.B.", "a.b"),
        ("[::1]:80", "::1"),
        ("[::1]80", ""),
        ("a:b", ""),
        ("a:٣", ""),
        ("", ""),
        (":80", ""),
    ],
)
def test_the_name_in_a_header(header: str, name: str):
    assert host_name(header) == name


def test_what_is_this_machine():
    assert all(
        is_loopback(name) for name in ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "localhost")
    )
    assert not any(is_loopback(name) for name in ("0.0.0.0", "::", "10.0.0.1", "local", "", "127.0.0.1.x"))
