from photosync import errors as errors
from photosync.api.account import PhotosyncAccount as PhotosyncAccount
from photosync.api.doctor import doctor as doctor
from photosync.api.items import Items as Items
from photosync.api.person import Person as Person
from photosync.api.photosync import Photosync as Photosync
from photosync.api.photosync import open as open  # noqa: A004 - as in `photosync.open()`
from photosync.api.progress import Progress as Progress
from photosync.api.providers import providers as providers
from photosync.jobs.item_record import ItemRecord as ItemRecord

__version__: str
