"""One HTTP session per account, with all policies in one place.

Time-outs, retries, pacing, the bandwidth limit, host rules, redaction and the one refresh after a 401 are all here; a
provider defines the request and never the number of attempts.

    transport = Transport(TransportSettings(own_hosts=("www.example.org",), auth=auth), policy=Policy())
    page = transport.json("GET", "https://www.example.org/photos", params={"limit": 200})
    transport.download("https://www.example.org/photos/1", destination)

Credentials are sent only to the account's own hosts, plain http is used only for loopback, netrc and server cookies are
ignored, and `REQUESTS_CA_BUNDLE`, `HTTPS_PROXY` and `NO_PROXY` are honoured.
"""

from photosync.transport.pacing import BandwidthLimit
from photosync.transport.redaction import Redactor
from photosync.transport.retry import Policy, Wait
from photosync.transport.session import Transport
from photosync.transport.types import Answer, Auth, Classify, Destination, RequestOptions, TransportSettings

__all__ = [
    "Answer",
    "Auth",
    "BandwidthLimit",
    "Classify",
    "Destination",
    "Policy",
    "Redactor",
    "RequestOptions",
    "Transport",
    "TransportSettings",
    "Wait",
]
