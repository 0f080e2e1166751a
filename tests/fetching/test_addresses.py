"""Which addresses are fetched: nothing here opens a socket."""

import random

import httpx2
import pytest

from studiolo import offline
from studiolo.errors import OfflineError, UnsafeAddressError
from studiolo.fetching import fetch_picture, is_address
from studiolo.fetching.addresses import read_target

LISTED_AS_NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::8.8.8.8",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::10.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c:0:fbff:f5ff:fffe",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:0a00:0001::1",
    "2002:0808:0808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


def never(host, port):
    pytest.fail(f"{host} was looked up")


@pytest.mark.parametrize("found", LISTED_AS_NOT_PUBLIC)
def test_a_name_that_leads_to_no_public_address_is_refused(found):
    with pytest.raises(UnsafeAddressError, match=r"no public address") as caught:
        fetch_picture("https://pictures.example/cat.png", resolve=lambda host, port: [found])
    assert found in caught.value.message
    assert "Download it yourself" in caught.value.hint


@pytest.mark.parametrize("literal", LISTED_AS_NOT_PUBLIC)
def test_the_same_address_in_the_url_is_refused(literal):
    host = f"[{literal}]" if ":" in literal else literal
    with pytest.raises(UnsafeAddressError, match="no public address"):
        fetch_picture(f"http://{host}/cat.png", resolve=lambda host, port: [host])


@pytest.mark.parametrize("found", ["8.8.8.8", "2606:4700::1111", "100.63.255.255", "172.32.0.1", "2a00::1"])
def test_public_addresses_are_connected_to(found, monkeypatch):
    """That a connection was tried is seen by the offline guard, which lets nothing out."""
    tried = []

    def resolve(host, port):
        tried.append(host)
        offline.forbid()
        return [found]

    with pytest.raises(OfflineError, match=found):
        fetch_picture("http://pictures.example/", resolve=resolve)
    assert tried == ["pictures.example"]


@pytest.mark.parametrize("order", [1, -1])
def test_one_private_address_among_public_ones_condemns_all(order):
    found = ["8.8.8.8", "2606:4700::1111", "10.0.0.1"][::order]
    with pytest.raises(UnsafeAddressError, match=r"10\.0\.0\.1"):
        fetch_picture("http://pictures.example/", resolve=lambda host, port: found)


@pytest.mark.parametrize("found", [[], ["fe80::1%eth0"], ["2606:4700::1111%eth0"], ["no address"]])
def test_what_is_no_address_is_not_connected_to(found):
    with pytest.raises(UnsafeAddressError, match="address"):
        fetch_picture("http://pictures.example/", resolve=lambda host, port: found)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://pictures.example/cat.png",
        "gopher://pictures.example/",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//pictures.example/cat.png",
        "pictures.example/cat.png",
        "http:cat.png",
        "http://",
        "http:///cat.png",
        "https:\\\\pictures.example\\cat.png",
        "http://user@pictures.example/",
        "http://user:secret@pictures.example/",
        "http://:@pictures.example/",
        "http://pictures.example:22/",
        "http://pictures.example:0/",
        "http://pictures.example:99999/",
        "http://pictures.example:80:80/",
        "http://[::1]:80:80/",
        "http://[fe80::1%25eth0]/",
        "http://[2606:4700::1111%25eth0]/",
        "http://[v1.x]/",
        "http://pic tures.example/",
        "http://pictures.example\r\nX-Injected: 1/",
        "http://pictures.exam%70le/",
        "http://pictures..example/",
        "http://.example/",
        "http://-pictures.example/",
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 127}example/",
        f"http://pictures.example/{'a' * 5000}",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://127.0.0.1.2/",
        "http://08.8.8.8/",
        "http://134744072/",
        "http://8.8.8.0x8/",
        "http://256.256.256.256/",
        "http://pictures.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "",
    ],
)
def test_what_is_refused_before_anything_is_looked_up(address):
    with pytest.raises(UnsafeAddressError) as caught:
        fetch_picture(address, resolve=never)
    assert caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://MÜLLER.example/", "xn--mller-kva.example"),
        ("https://例え.テスト/", "xn--r8jz45g.xn--zckzah"),
        ("https://pictures.example./", "pictures.example"),
        ("https://PICTURES.example/", "pictures.example"),
        ("https://under_score.example/", "under_score.example"),
        ("  https://pictures.example/ \n", "pictures.example"),
        ("http://localhost./", "localhost"),
        ("http://[0:0:0:0:0:0:0:1]/", "::1"),
        ("http://127.0.0.1。/", "127.0.0.1"),
    ],
)
def test_the_name_that_is_looked_up(address, host):
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    with pytest.raises(UnsafeAddressError, match="no public address"):
        fetch_picture(address, resolve=resolve)
    assert asked == [host]


def test_the_systems_resolver_is_asked_by_default():
    with pytest.raises(UnsafeAddressError, match=r"'localhost' \((127\.0\.0\.1|::1)\) is no public address"):
        fetch_picture("http://localhost/cat.png")


def test_a_name_that_does_not_exist():
    def resolve(host, port):
        raise OSError(-2, "Name or service not known")

    with pytest.raises(
        UnsafeAddressError, match=r"There is no 'pictures.example': name or service not known"
    ):
        fetch_picture("http://pictures.example/", resolve=resolve)


def test_offline_nothing_is_looked_up():
    offline.forbid()
    with pytest.raises(OfflineError, match="STUDIOLO_OFFLINE"):
        fetch_picture("https://pictures.example/cat.png", resolve=never)


@pytest.mark.parametrize("text", ["http://x", "https://x/y.png", " HTTPS://X ", "http://user:pw@x"])
def test_what_is_meant_as_an_address(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["", "cat.png", "/http://x", "file:///x", "http:/x", "C:\\cat.png", "ftp://x"]
)
def test_what_is_not(text):
    assert not is_address(text)


PIECES = [
    *("http://", "https://", "HTTP:", "//", "/", "?", "#", "@", "user:pw@", ":", ":80", ":443", ":99"),
    *("[", "]", "::1", "::ffff:1.2.3.4", "%25eth0", "%", "%00", "%2e", "127.0.0.1", "0x7f", "2130706433"),
    *(".", "..", "a", "pictures.example", "xn--", "xn--a", "-", "_", "0", "\\", " ", "\n", "\x00", ";", "&"),
    *("ü", "ß", "é" * 70, "\u3002", "\u2460", "\u202e", "\u0663", "\ud800"),
]


@pytest.mark.parametrize("origin", [None, httpx2.URL("https://pictures.example/a/b")])
def test_whatever_is_typed_is_refused_in_our_words_or_names_a_host(origin):
    chance = random.Random(0)
    named = 0
    for _ in range(5000):
        text = chance.choice(["", "http://", "https://"]) + "".join(chance.choices(PIECES, k=4))
        try:
            target, _ = read_target(text, ports={80, 443}, origin=origin)
        except UnsafeAddressError:
            continue
        assert target.scheme in {"http", "https"}
        assert target.port in {80, 443}
        assert target.host
        assert not set(target.host) & set("@%/\\ []#?")
        named += 1
    assert named > 50
