"""Pictures fetched from real servers, honest and not, on loopback."""

import ipaddress
import itertools
import ssl
import threading

import pytest
import trustme

from studiolo.errors import UnsafeAddressError
from studiolo.fetching import FetchLimits, fetch_picture
from tests.fetching.serving import answer, moved, picture, serving

HERE = [ipaddress.ip_network("127.0.0.1/32")]
NAME = "pictures.example"


def fetch(server, path="/cat.png", *, scheme="http", host=NAME, ssl_context=None, found=None, **limits):
    """Fetch from ``server``, which is the only address that is no public one and reached all the same."""
    return fetch_picture(
        f"{scheme}://{host}:{server.port}{path}",
        limits=FetchLimits(ports=frozenset({server.port}), **limits),
        allow=HERE,
        resolve=lambda host, port: found or ["127.0.0.1"],
        ssl_context=ssl_context,
    )


def refused(reply, said, **how):
    with serving(reply) as server, pytest.raises(UnsafeAddressError, match=said) as caught:
        fetch(server, **how)
    assert caught.value.hint
    return server


def test_a_picture_arrives_byte_for_byte():
    content = picture(300, 200)
    with serving(lambda path: [answer(content, "Content-Type: image/png")]) as server:
        assert fetch(server, "/a%20cat.png?size=1") == content
    head = server.asked[0].lower()
    assert head.startswith("get /a%20cat.png?size=1 http/1.1\r\n")
    assert f"\r\nhost: {NAME}:{server.port}\r\n" in head
    assert "\r\naccept-encoding: identity\r\n" in head
    assert "cookie" not in head
    assert "authorization" not in head


def test_the_type_a_server_claims_does_not_matter():
    with serving(lambda path: [answer(picture(), "Content-Type: text/html")]) as server:
        assert fetch(server) == picture()


def test_a_picture_in_chunks_and_one_without_length():
    content = picture(100, 100)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (
        len(content),
        content,
    )
    with serving(lambda path: [chunked]) as server:
        assert fetch(server) == content
    with serving(lambda path: [b"HTTP/1.0 200 OK\r\n\r\n", content[:50], content[50:]]) as server:
        assert fetch(server) == content


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(lambda path: [answer(picture())]) as server:
        assert fetch(server) == picture()


def test_the_next_address_is_tried_when_one_does_not_answer():
    with serving(lambda path: [answer(picture())]) as server:
        addresses = ["::1", "127.0.0.1"]  # nothing listens on the first
        allow = [*HERE, ipaddress.ip_network("::1/128")]
        limits = FetchLimits(ports=frozenset({server.port}))
        url = f"http://{NAME}:{server.port}/"
        assert fetch_picture(url, limits=limits, allow=allow, resolve=lambda *_: addresses) == picture()


def test_nobody_listens():
    with serving(lambda path: []) as server:
        pass
    with pytest.raises(UnsafeAddressError, match=r"cannot be reached: .*refused"):
        fetch(server)


def test_a_name_is_resolved_once_for_each_request():
    """DNS rebinding: the second answer for a name is another one, and nobody asks for it."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return next(answers)

    with serving(lambda path: [answer(picture())]) as server:
        limits = FetchLimits(ports=frozenset({server.port}))
        url = f"http://{NAME}:{server.port}/"
        assert fetch_picture(url, limits=limits, allow=HERE, resolve=resolve) == picture()
    assert asked == [(NAME, server.port)]


def test_a_name_that_changes_between_redirects_is_checked_again():
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    with serving(lambda path: [moved("/again")]) as server:
        limits = FetchLimits(ports=frozenset({server.port}))
        url = f"http://{NAME}:{server.port}/"
        with pytest.raises(UnsafeAddressError, match=r"'pictures\.example' \(169\.254\.169\.254\)"):
            fetch_picture(url, limits=limits, allow=HERE, resolve=lambda *_: next(answers))
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", ["301 X", "302 X", "303 X", "307 X", "308 X"])
def test_redirects_are_followed(status):
    def reply(path):
        step = int(path[1:])
        return [moved(f"/{step + 1}", status) if step < 3 else answer(picture())]

    with serving(reply) as server:
        assert fetch(server, "/0") == picture()
    assert [head.split()[1] for head in server.asked] == ["/0", "/1", "/2", "/3"]


def test_a_redirect_too_many():
    server = refused(lambda path: [moved("/on")], "more than 3 times")
    assert len(server.asked) == 4
    server = refused(lambda path: [moved("/on")], "more than 0 times", max_redirects=0)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://127.0.0.2/", "no public address"),
        ("http://169.254.169.254/latest/meta-data/", "no public address"),
        ("http://[::1]/", "no public address"),
        ("http://[::ffff:10.0.0.1]/", "no public address"),
        ("http://localhost./", "no public address"),
        ("//metadata.google.internal/", "no public address"),
        ("http://0x7f000001/", "unusual way"),
        ("http://2130706433/", "unusual way"),
        ("http://user:secret@pictures.example/", "user name or password"),
        ("http://pictures.example:22/", "port 22"),
        ("file:///etc/passwd", "begins with 'file:'"),
        ("gopher://127.0.0.1/", "begins with 'gopher:'"),
        ("http://\x01/", "cannot be read"),
        ("", "without saying where"),
    ],
)
def test_a_redirect_is_checked_as_an_address_is(location, said):
    private = {"localhost": "127.0.0.2", "metadata.google.internal": "169.254.169.254"}
    with serving(lambda path: [moved(location)]) as server:
        with pytest.raises(UnsafeAddressError, match=said) as caught:
            fetch_picture(
                f"http://{NAME}:{server.port}/",
                limits=FetchLimits(ports=frozenset({80, server.port})),
                allow=HERE,
                resolve=lambda host, port: [private.get(host, "127.0.0.1" if host == NAME else host)],
            )
        assert len(server.asked) == 1
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answer(b"<!doctype html><title>Cat</title>" + b" " * 9000), "text file, not a picture"),
        (answer(b"<html>short</html>"), "text file, not a picture"),
        (answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "SVG"),
        (answer(b""), "empty"),
        (answer(picture(200, 200)[:40]), "damaged"),
        (answer(b"", status="404 Not Found"), "answered 404"),
        (answer(picture(), status="500 Oh no"), "answered 500"),
        (answer(picture(), status="206 Partial Content"), "answered 206"),
        (answer(b"", status="204 No Content"), "answered 204"),
        (answer(picture(), "Content-Encoding: gzip"), "packed"),
        (answer(picture(), length=5_000_000), "broke off"),
        (answer(b"", length=30_000_001), "larger than 30 MB"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, "no HTTP"),
        (b"", "broke off"),
    ],
)
def test_answers_that_are_no_picture(reply, said):
    refused(lambda path: [reply], said)


def test_a_refused_address_is_shown_without_its_query():
    with (
        serving(lambda path: [answer(b"", status="403 Forbidden")]) as server,
        pytest.raises(UnsafeAddressError) as caught,
    ):
        fetch(server, "/cat.png?token=secret#secret")
    assert caught.value.message == f"http://{NAME}:{server.port}/cat.png answered 403, not a picture."


def test_a_flood_without_length_is_cut_at_the_limit():
    sent = []

    def reply(path):
        yield b"HTTP/1.0 200 OK\r\n\r\n" + picture()
        for _ in range(1000):
            sent.append(2**20)
            yield bytes(2**20)

    refused(reply, "larger than 2 MB", max_bytes=2_000_000)
    assert len(sent) < 1000


def test_what_is_no_picture_is_not_read_to_the_end():
    sent = []

    def reply(path):
        yield b"HTTP/1.0 200 OK\r\n\r\n"
        for _ in range(25):
            sent.append(2**20)
            yield b"hello, I am a very long text file. " * 30_000

    refused(reply, "text file, not a picture")
    assert len(sent) < 25


def dripping(first, stop):
    """``first``, then a byte now and then, until ``stop``: no single wait is long."""
    yield first
    for _ in itertools.takewhile(lambda _: not stop.wait(0.02), itertools.count()):
        yield b"a"


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.0 200 OK\r\n\r\n" + picture()], ids=["head", "body"]
)
def test_a_slow_answer_ends_at_the_deadline(first):
    stop = threading.Event()
    with serving(lambda path: dripping(first, stop)) as server:
        with pytest.raises(UnsafeAddressError, match="did not answer in time"):
            fetch(server, total_s=0.3)
        stop.set()


def test_the_deadline_is_one_for_all_redirects():
    stop = threading.Event()

    def reply(path):
        stop.wait(0.15)
        return [moved("/on")]

    with serving(reply) as server:
        with pytest.raises(UnsafeAddressError, match="did not answer in time"):
            fetch(server, total_s=0.4, max_redirects=100)
        stop.set()


def test_a_resolver_that_never_answers_ends_at_the_deadline():
    answered = threading.Event()

    def resolve(host, port):
        answered.wait()
        return ["127.0.0.1"]

    with pytest.raises(UnsafeAddressError, match="did not answer in time"):
        fetch_picture(f"http://{NAME}/", limits=FetchLimits(total_s=0.1), resolve=resolve)
    answered.set()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_tls_is_checked_for_the_name_though_connected_by_address(authority, trusting):
    with serving(lambda path: [answer(picture())], tls=certified(authority, NAME)) as server:
        assert fetch(server, scheme="https", ssl_context=trusting) == picture()
    assert server.names == [NAME]
    assert f"host: {NAME}:{server.port}\r\n" in server.asked[0].lower()


@pytest.mark.parametrize("names", [["other.example"], ["127.0.0.1"]])
def test_a_certificate_of_another_name_is_refused(authority, trusting, names):
    with (
        serving(lambda path: [answer(picture())], tls=certified(authority, *names)) as server,
        pytest.raises(UnsafeAddressError, match=r"cannot be reached: .*[Cc]ertificate"),
    ):
        fetch(server, scheme="https", ssl_context=trusting)
    assert not server.asked


def test_a_certificate_nobody_vouches_for_is_refused(authority):
    with (
        serving(lambda path: [answer(picture())], tls=certified(authority, NAME)) as server,
        pytest.raises(UnsafeAddressError, match=r"cannot be reached: .*[Cc]ertificate"),
    ):
        fetch(server, scheme="https")
    assert not server.asked


def test_https_does_not_lead_to_http(authority, trusting):
    def reply(path):
        return [moved(f"http://{NAME}:{server.port}/")]

    with (
        serving(reply, tls=certified(authority, NAME)) as server,
        pytest.raises(UnsafeAddressError, match="from https to http"),
    ):
        fetch(server, scheme="https", ssl_context=trusting)
    assert len(server.asked) == 1


def test_http_leads_to_https(authority, trusting):
    with (
        serving(lambda path: [answer(picture())], tls=certified(authority, NAME)) as secure,
        serving(lambda path: [moved(f"https://{NAME}:{secure.port}/")]) as plain,
    ):
        limits = FetchLimits(ports=frozenset({plain.port, secure.port}))
        content = fetch_picture(
            f"http://{NAME}:{plain.port}/",
            limits=limits,
            allow=HERE,
            resolve=lambda *_: ["127.0.0.1"],
            ssl_context=trusting,
        )
    assert content == picture()


def test_a_server_that_keeps_silent_in_the_handshake():
    """It speaks no TLS and waits for more; connecting has a limit of its own."""
    with (
        serving(lambda path: [answer(picture())]) as server,
        pytest.raises(UnsafeAddressError, match="did not answer in time"),
    ):
        fetch(server, scheme="https", connect_s=0.2)
    assert not server.asked
