"""Pictures from the web, fetched so that an address cannot reach what only this machine may."""

from studiolo.fetching.addresses import Network, is_address
from studiolo.fetching.picture import FetchLimits, Resolver, fetch_picture

__all__ = ["FetchLimits", "Network", "Resolver", "fetch_picture", "is_address"]
