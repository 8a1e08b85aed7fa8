"""A client of the simulated Amazon Photos that is not the provider."""

from __future__ import annotations

from typing import Any

import requests

from photosync_amazon.simulator import AmazonSimulator

ITEMS = 450
COMMON = {"asset": "ALL", "tempLink": "false", "resourceVersion": "V2", "ContentType": "JSON"}
NEWEST = "['createdDate DESC']"


class Client:
    """A client that sends only the given requests."""

    def __init__(self, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.cookies = dict(simulator.cookies)
        self.headers = {"x-amzn-sessionid": self.cookies["session-id"], "Accept": "application/json"}

    def get(self, path: str, **params: str | int) -> requests.Response:
        return self.ask("GET", f"/drive/v1{path}", {**COMMON, **params})

    def ask(self, method: str, path: str, params: dict[str, Any], **more: Any) -> requests.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**self.headers, "Cookie": cookies} if cookies else self.headers
        url = path if path.startswith("http") else self.simulator.url + path
        return requests.request(method, url, params=params, headers=headers, allow_redirects=False, timeout=30, **more)

    def search(self, filters: str = "", **params: str | int) -> requests.Response:
        return self.get("/search", **{"filters": filters, "searchContext": "customer", "sort": NEWEST, **params})

    def found(self, filters: str = "", **params: str | int) -> list[dict[str, Any]]:
        """All pages of a search."""
        nodes: list[dict[str, Any]] = []
        while True:
            answer = self.search(filters, limit=200, offset=len(nodes), **params).json()
            nodes += answer["data"]
            if len(nodes) >= answer["count"]:
                return nodes
