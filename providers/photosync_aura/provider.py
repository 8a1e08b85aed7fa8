"""The provider `aura`: reads the pictures on Aura frames as the app does, and sends new ones.

Facts: protocol notes on Aura. The API is private and undocumented, so every answer is checked.

A picture that is on several frames is one item; it is saved in the folder of the first frame that lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from photosync.errors import ItemError, PhotosyncError, UsageError
from photosync.model import Collection, Item, Selection
from photosync.provider import (
    AccountContext,
    AccountSettings,
    ConvertedAccount,
    Interaction,
    Page,
    ServiceFacts,
    UploadFacts,
    UploadRequest,
)
from photosync.provider_kit.endless import EndlessListingError
from photosync.transport import Destination, Transport, TransportSettings
from photosync_aura.api import AuraApi
from photosync_aura.auth import AuraAuth
from photosync_aura.downloads import AuraDownloads, VideoLinks
from photosync_aura.frames import frame_to_change
from photosync_aura.items import Frame, items_of
from photosync_aura.older_script import OlderFiles, is_sound
from photosync_aura.refusals import classifier
from photosync_aura.settings import API_PAUSE_S, MEDIA_PAUSE_S, AuraSettings

if TYPE_CHECKING:
    from photosync_aura.uploads import AuraUploader
    from photosync_aura.write_api import AuraWriteApi

_READ_TIMEOUT_S = 90.0


class AuraProvider:
    """One Aura account."""

    facts: ClassVar = ServiceFacts(
        provider_dates=True,
        title="Aura",
        selects=frozenset({"years", "months", "since", "until", "kind", "favorites", "hidden"}),
        workers=2,
        most_workers=4,  # other clients have used 5
        # Items are named `2012-04-15-03-15-04.000_ID.jpeg` by the time of the service, as the older script named them;
        # so `{name}` is the same as `{taken:%Y-%m-%d-%H-%M-%S.mmm}_{id}{ext}`, whatever the EXIF says.
        layout="{collection}/{name}",
        has_names=False,
        collection_word="frame",
        # One at a time: the service limits changes, not bytes.
        upload=UploadFacts(workers=1, needs_collection=True, resizes=True),
    )
    settings_type: ClassVar[type[AccountSettings]] = AuraSettings
    endpoint_names: ClassVar[frozenset[str]] = frozenset({"api", "images", "videos", "upload", "identity"})

    def __init__(self, settings: AuraSettings, context: AccountContext) -> None:
        self._account = context.account
        self._settings = settings
        self._context = context
        self._auth = AuraAuth(settings, context)
        self._auth.transport = self._api_transport()
        self._api = AuraApi(context.account, settings.api, self._auth.signed_in)
        self._transport = self._unsigned_transport(
            settings.pause_s(settings.images, MEDIA_PAUSE_S), settings.least_media_pause_s
        )
        self._upload = self._unsigned_transport(pause_s=0.0)
        self._links = VideoLinks(self._items_of_frame)
        self._downloads = AuraDownloads(self._transport, settings.images, self._links)
        self._older = OlderFiles()
        self._names: dict[str, str] = {}
        """Of frames, as last listed."""

    @classmethod
    def converted(cls, text: str, path: Path) -> ConvertedAccount | None:
        """The account in a `credentials.ini` of the older script."""
        from photosync_aura.older_configuration import converted  # noqa: PLC0415 - only `init` needs it

        return converted(text, path)

    @classmethod
    def open(cls, settings: AccountSettings, context: AccountContext) -> Self:
        """Read the stored session, if there is one; nothing is sent."""
        assert isinstance(settings, AuraSettings)
        return cls(settings, context)

    def _api_transport(self) -> Transport:
        settings = self._settings
        return self._context.transport(
            TransportSettings(
                own_hosts=(settings.api,) if "api" in settings.endpoints else ("api.pushd.com",),
                auth=self._auth,
                headers={
                    "User-Agent": settings.user_agent,
                    "Accept-Language": settings.locale,
                    "Cache-Control": "no-cache",
                },
                classify=classifier(self._account, self._auth),
                pause_s=settings.pause_s(settings.api, API_PAUSE_S),
            )
        )

    def _unsigned_transport(self, pause_s: float, least_pause_s: float | None = None) -> Transport:
        """For hosts that need no credentials of the account."""
        settings = self._settings
        headers = {"User-Agent": settings.user_agent}
        return self._context.transport(
            TransportSettings(
                own_hosts=(),
                endpoints=(settings.images, settings.upload, settings.identity, *settings.endpoints.values()),
                headers=headers,
                pause_s=pause_s,
                least_pause_s=least_pause_s,
                read_timeout_s=_READ_TIMEOUT_S,
            )
        )

    def list(self, selection: Selection, collection: str | None, since: str | None) -> Iterator[Page]:  # noqa: ARG002
        """The items of a frame, of all configured frames, or of all the account's frames."""
        if collection is not None:
            yield from self._list_frame(self._frame(collection))
            return
        unlisted: PhotosyncError | None = None
        for frame in self._frames():
            try:
                yield from self._list_frame(frame)
            except (UsageError, EndlessListingError) as error:
                unlisted = unlisted or error  # the other frames are saved nevertheless
        if unlisted is not None:
            raise unlisted

    def _list_frame(self, frame: Frame) -> Iterator[Page]:
        for page in self._api.assets(frame):
            items = tuple(items_of(page.assets, page.hidden, frame))
            self._links.remember(items)
            yield Page(items, unusable=page.unusable, others=page.placeholders)

    def _items_of_frame(self, frame_id: str) -> Iterator[Item]:
        for page in self._list_frame(self._frame(frame_id)):
            yield from page.items

    def _frames(self) -> Iterator[Frame]:
        named = [self._frame(each.id) for each in self._settings.frames.values()]
        yield from named or (self._frame(each.id) for each in self._service_frames())

    def _frame(self, frame_id: str) -> Frame:
        settings = self._settings.frame(frame_id)
        name = self._settings.frame_name(frame_id)
        if name is None and frame_id not in self._names:
            self._service_frames()
        zone = ZoneInfo(settings.time_zone) if settings and settings.time_zone else None
        return Frame(frame_id, name or self._names.get(frame_id, frame_id), zone)

    def _service_frames(self) -> Sequence[Collection]:
        frames = tuple(self._api.frames())
        self._names.update({frame.id: frame.name for frame in frames})
        return frames

    def collections(self) -> Iterator[Collection]:
        """The account's frames by their configured names, and configured frames that the service does not list."""
        listed = set()
        for frame in self._service_frames():
            listed.add(frame.id)
            name = self._settings.frame_name(frame.id) or frame.name
            yield Collection(frame.id, name, frame.kind, frame.count)
        for name, settings in self._settings.frames.items():
            if settings.id not in listed:
                yield Collection(settings.id, name, "frame")

    def folder(self, item: Item) -> Path | None:
        """The folder of the item's frame, if it is configured."""
        frame = self._settings.frame(item.locator.get("frame", ""))
        return frame.path if frame else None

    def uploader(self, request: UploadRequest) -> AuraUploader:
        """A push to a frame that the configuration allows to change; lists the frame."""
        # Only a push needs them.
        from photosync_aura.upload_store import UploadStore  # noqa: PLC0415
        from photosync_aura.uploads import AuraUploader  # noqa: PLC0415

        frame = self._frame_to_change(request.collection or "")
        writes = self._writes()
        if not request.dry_run:
            writes.budget.check_lock()
        self._auth.signed_in()
        return AuraUploader(
            frame,
            request,
            user_id=self._auth.user_id,
            api=self._api,
            writes=writes,
            store=UploadStore(self._account, self._settings, self._upload),
        )

    def set_hidden(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Hide pictures on the frames that they were listed on, or show them again there."""
        from photosync_aura.hiding import Hiding  # noqa: PLC0415 - only `hide` needs it

        return Hiding(self._frame_to_change, self._api, self._writes()).set(items, on=on)

    def _frame_to_change(self, wanted: str) -> Frame:
        return self._frame(frame_to_change(self._account, self._settings, wanted, self.collections))

    def _writes(self) -> AuraWriteApi:
        # Only changes need them.
        from photosync_aura.write_api import AuraWriteApi  # noqa: PLC0415
        from photosync_aura.write_budget import WriteBudget  # noqa: PLC0415

        return AuraWriteApi(self._account, self._settings.api, self._auth.signed_in, WriteBudget(self._context))

    def legacy_files(self, item: Item, folder: Path) -> Sequence[Path]:
        """The files of `item` that the older script saved."""
        return self._older.find(item, folder)

    def is_sound(self, item: Item, path: Path) -> bool:
        """Whether such a file is complete; the script saved error pages and incomplete files too."""
        return is_sound(path, item)

    def download(self, item: Item, destination: Destination) -> None:
        """The file as the service stores it."""
        self._downloads.download(item, destination)

    def sign_in_state(self) -> str:
        """Whether there is a session. Only the service knows whether it is still valid."""
        return self._auth.state

    def sign_in(self, interaction: Interaction) -> str:  # noqa: ARG002 - e-mail and password are in the configuration
        """Sign in with the configured e-mail and password, and store the session."""
        self._auth.sign_in()
        return self._auth.state

    def sign_out(self) -> str:
        """Delete the session; the service has no call for that."""
        if self._auth.sign_out():
            return "the session is deleted; Aura itself has no sign-out"
        return "there was no session"

    def close(self) -> None:
        """Log the comparison of the md5s, and close the connections."""
        self._downloads.log_comparison(self._account)
        for transport in (self._auth.transport, self._transport, self._upload):
            if transport is not None:
                transport.close()
