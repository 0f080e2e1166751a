"""boto3's own connections, which also tell the call they serve where its socket is."""

# pyright: reportUntypedBaseClass=false, reportUnknownMemberType=false, reportAttributeAccessIssue=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import socket
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)

from studiolo.engines.bedrock.calls import Call, current_call


class _Held:
    """Reports its socket to the call of its thread: when it is new, and when it is used again."""

    sock: socket.socket | None
    call: Call | None = None

    def connect(self) -> None:
        super().connect()
        self._report()

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._report()
        super().request(*args, **kwargs)

    def _report(self) -> None:
        if call := current_call.get():
            call.hold(self)


class _HeldConnection(_Held, AWSHTTPConnection):
    pass


class _HeldSecureConnection(_Held, AWSHTTPSConnection):
    pass


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _HeldConnection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _HeldSecureConnection


def hold_connections(client: Any) -> None:
    """Have a boto3 client use connections that can be cut; there is no public place to say so."""
    http = client._endpoint.http_session  # noqa: SLF001
    pools = {"http": _Pool, "https": _SecurePool}
    http._pool_classes_by_scheme = pools  # noqa: SLF001 - of the proxies that are met later
    http._manager.pool_classes_by_scheme = pools  # noqa: SLF001
