"""The example service on loopback, with generated photos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from aiohttp import web

from photosync.testing import Route, Simulator, answers

TOKEN = "token-of-the-example"  # noqa: S105 - opens nothing else
PAGE_ITEMS = 50


class ExampleSimulator(Simulator):
    """The simulated service for tests."""

    provider: ClassVar[str] = "example"

    def account_settings(self) -> dict[str, object]:
        """An account that uses this service."""
        return {"provider": self.provider, "token": TOKEN, "endpoints": {"api": f"{self.url}/api"}}

    def routes(self) -> Sequence[Route]:
        """All routes. The kinds `list` and `content` select the requests for faults of those kinds."""
        return [
            Route("GET", "/api/photos", self._photos, "list"),
            Route("GET", "/api/photos/{id}/content", self._content, "content"),
        ]

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        """Refuse requests without the token."""
        is_signed = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        return None if is_signed or not route.signed else self.expired_answer()

    async def _photos(self, request: web.Request) -> web.StreamResponse:
        before = request.query.get("before")
        end = self.library.number_of(before) if before else None
        numbers = range(self.library.next_number if end is None else end)
        page = [number for number in reversed(numbers) if self.library.has(number)][: PAGE_ITEMS + 1]
        has_more = len(page) > PAGE_ITEMS
        photos = [self._photo(number) for number in page[:PAGE_ITEMS]]
        return web.json_response({"photos": photos, "next": photos[-1]["id"] if has_more else None})

    def _photo(self, number: int) -> dict[str, object]:
        item = self.library.item(number)
        width, height = self.library.dimensions(item)
        photo: dict[str, object] = {
            "id": item.id,
            "name": item.name,
            "type": str(item.kind),
            "taken": item.instant.isoformat(),
            "size": item.size_bytes,
            "md5": self.library.md5(item),
            "width": width,
            "height": height,
            "favorite": item.favorite,
            "revision": str(item.revision),
        }
        if "details" in item.missing:
            del photo["width"], photo["height"]
        return {key: value for key, value in photo.items() if key not in item.missing}

    async def _content(self, request: web.Request) -> web.StreamResponse:
        number = self.library.number_of(request.match_info["id"])
        if number is None or not self.library.has(number):
            return self.not_found_answer()
        item = self.library.item(number)
        headers = {"Content-Type": "video/mp4" if item.kind == "video" else "image/jpeg"}
        return answers.content(self.faults, request, self.library.content(item), headers=headers, item=item.id)
