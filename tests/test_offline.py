"""STUDIOLO_OFFLINE: loopback is reached, everything else refused before a packet leaves.

In a process of its own: the guard is an audit hook, which cannot be removed again.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from studiolo import offline


def run(code: str) -> str:
    """What ``code`` prints in a fresh interpreter that has gone offline."""
    start = "import socket, threading\nfrom studiolo import offline\noffline.forbid()\n"
    done = subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(code)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_server_on_this_machine_is_reached():
    assert (
        run("""
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"), daemon=True).start()
        for host in ("127.0.0.1", "localhost"):
            try:
                client = socket.create_connection((host, server.getsockname()[1]), timeout=10)
                print(client.recv(5).decode())
                break
            except ConnectionRefusedError:
                continue
        """)
        == "hello"
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=5)",
        "socket.create_connection(('example.com', 80), timeout=5)",
        "socket.socket(socket.AF_INET6, socket.SOCK_STREAM).connect(('2001:db8::1', 80))",
        "socket.socket().connect_ex(('192.0.2.1', 80))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
        "socket.getaddrinfo('example.com', 443)",
        "socket.getaddrinfo(b'example.com', 443)",
        "socket.gethostbyname('example.com')",
        "socket.gethostbyname_ex('example.com')",
        "socket.gethostbyaddr('192.0.2.1')",
        "socket.getnameinfo(('192.0.2.1', 80), 0)",
        "__import__('urllib.request').request.urlopen('http://192.0.2.1/', timeout=5)",
        "socket.create_connection(('0.0.0.0', 80), timeout=5)",
    ],
)
def test_everything_beyond_is_refused_before_a_packet_leaves(attempt: str):
    # 192.0.2.0/24 and 2001:db8::/32 are for documentation: a packet there would get no answer,
    # so an OfflineError, and at once, means that none was sent.
    said = run(f"""
        import time
        from studiolo.errors import OfflineError
        started = time.monotonic()
        try:
            {attempt}
        except OfflineError as error:
            print(error.exit_code, time.monotonic() - started < 2, error)
        """)
    assert said.startswith("1 True A connection to ")
    assert "STUDIOLO_OFFLINE" in said


def test_it_can_be_lifted_and_set_again():
    said = run("""
        from studiolo.errors import OfflineError
        def refused():
            try:
                socket.getaddrinfo("192.0.2.1", 80)  # an address: nobody is asked for it
            except OfflineError:
                return True
            return False
        print(offline.is_forbidden(), refused())
        offline.allow()
        print(offline.is_forbidden(), refused())
        offline.forbid()
        print(offline.is_forbidden(), refused())
        """)
    assert said.split() == ["True", "True", "False", "False", "True", "True"]


def test_unix_sockets_are_this_machine():
    assert (
        run("""
        try:
            socket.socket(socket.AF_UNIX).connect("/nonexistent")
        except FileNotFoundError:
            print("tried")
        """)
        == "tried"
    )


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True), ("LocalHost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True),
        ("", True), ("0.0.0.0", False), ("10.0.0.1", False), ("example.com", False),
        ("localhost.example.com", False), ("fe80::1%eth0", False), ("127.0.0.1.example.com", False),
    ],
)  # fmt: skip
def test_what_counts_as_this_machine(host: str, is_here: bool):
    assert offline.is_loopback(host) is is_here
