"""What engines that live on a server share: one client, one way to wait, one way to fail."""

from studiolo.engines.http.hosting import Host, HostedImageOptions, HostedOptions
from studiolo.engines.http.pace import Pace
from studiolo.engines.http.replies import Fault
from studiolo.engines.http.service import Reply, Service

__all__ = ["Fault", "Host", "HostedImageOptions", "HostedOptions", "Pace", "Reply", "Service"]
