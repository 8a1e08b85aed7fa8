"""The interface of a plugin: what a provider must do, and what it may do.

The words:

ACCOUNT     one sign-in at one provider, under a name that the user chose.
PROVIDER    the plugin that speaks one service's protocol. docs/plugins.md lists what it may import.
ITEM        one photo or video. Its identity is account + id, never its name.
COLLECTION  a group of items at a provider: album, frame, folder.
SELECTION   which items a command is about.
PAGE        the result of one request of a listing.
MARK        a provider's text for 'all items up to here', passed back to it at the next incremental listing.

A provider is a class, named in the entry point group `photosync.providers`, that implements `Provider`. It may have
the methods of the small protocols below as well: the core checks for them, and raises a clear error for a missing
ability before anything is sent. A provider never retries, sleeps, prints or writes outside its state folder.
"""

from photosync.provider.collections import find_collection
from photosync.provider.conversion import ConvertedAccount, ConvertsConfiguration
from photosync.provider.facts import ServiceFacts, UploadFacts
from photosync.provider.optional import (
    Changes,
    ChangesAlbums,
    ChangesPeople,
    ChangesVault,
    ChecksSelection,
    CountsByTime,
    FileOrFolder,
    FindsItems,
    HasCollections,
    HasFacets,
    HasFolders,
    HasLegacyFiles,
    HasLocalFolders,
    HasMembers,
    HasPeople,
    HasQuota,
    HasThumbnails,
    HasTrash,
    HasUnlistedItems,
    HasUsage,
    HidesItems,
    KeepsListing,
    ListsAhead,
    MarksFavorites,
    NodeChange,
    ShowsDetails,
    SupportsCount,
    TellsChanges,
)
from photosync.provider.picking import PickingSession, SupportsPicking
from photosync.provider.remote_files import (
    DescribesFiles,
    FinishesUploads,
    HasProperties,
    HasRemoteFiles,
    MovesFiles,
    RemoteFiles,
    ReplacesContents,
)
from photosync.provider.required import AccountContext, Page, Provider
from photosync.provider.set_up import Question, SetUp
from photosync.provider.settings import (
    AccountSettings,
    ConfigPath,
    Duration,
    SecretText,
    copied_secret,
    relative_to_config,
)
from photosync.provider.sign_in import (
    ChecksSignIn,
    HasSignInHistory,
    Interaction,
    SignInHistory,
    SupportsSignIn,
    TakesSignIn,
)
from photosync.provider.upload import FileToUpload, HasUploadPermission, Sent, SupportsUpload, Uploader, UploadRequest

__all__ = [
    "AccountContext",
    "AccountSettings",
    "Changes",
    "ChangesAlbums",
    "ChangesPeople",
    "ChangesVault",
    "ChecksSelection",
    "ChecksSignIn",
    "ConfigPath",
    "ConvertedAccount",
    "ConvertsConfiguration",
    "CountsByTime",
    "DescribesFiles",
    "Duration",
    "FileOrFolder",
    "FileToUpload",
    "FindsItems",
    "FinishesUploads",
    "HasCollections",
    "HasFacets",
    "HasFolders",
    "HasLegacyFiles",
    "HasLocalFolders",
    "HasMembers",
    "HasPeople",
    "HasProperties",
    "HasQuota",
    "HasRemoteFiles",
    "HasSignInHistory",
    "HasThumbnails",
    "HasTrash",
    "HasUnlistedItems",
    "HasUploadPermission",
    "HasUsage",
    "HidesItems",
    "Interaction",
    "KeepsListing",
    "ListsAhead",
    "MarksFavorites",
    "MovesFiles",
    "NodeChange",
    "Page",
    "PickingSession",
    "Provider",
    "Question",
    "RemoteFiles",
    "ReplacesContents",
    "SecretText",
    "Sent",
    "ServiceFacts",
    "SetUp",
    "ShowsDetails",
    "SignInHistory",
    "SupportsCount",
    "SupportsPicking",
    "SupportsSignIn",
    "SupportsUpload",
    "TakesSignIn",
    "TellsChanges",
    "UploadFacts",
    "UploadRequest",
    "Uploader",
    "copied_secret",
    "find_collection",
    "relative_to_config",
]
