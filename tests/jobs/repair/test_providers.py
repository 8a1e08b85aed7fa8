"""Repairs from each provider: folders outside the library, contents without a hash, and what Google gives out."""

from pathlib import Path

from photosync.testing.command import Sandbox
from photosync_aura.simulator import KITCHEN, AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator
from tests.jobs.repair.damages import one_byte
from tests.jobs.repair.library_owner import LibraryOwner, damage, sha256, sources


def owner_in(folder: Path) -> LibraryOwner:
    folder.mkdir(exist_ok=True)
    return LibraryOwner(Sandbox(folder))


def harm(owner: LibraryOwner, photos: list[Path]) -> None:
    for number, photo in enumerate(photos):
        if number % 2:
            photo.unlink()
        else:
            one_byte(owner.sandbox, photo)


def test_cloud_drive(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=6, seed=2) as simulator:
        owner = owner_in(tmp_path)
        owner.sandbox.configure({"drive": simulator.account_settings()}, exif="fix", artist="Ada")
        assert owner.sandbox.run("pull", "drive").exit == 0
        before = owner.contents()
        harm(owner, owner.photos())
        assert sources(owner.repair()) == {"account"}
        assert owner.contents() == before


def test_aura_with_a_folder_outside(tmp_path: Path) -> None:
    with AuraSimulator(items=12, seed=2) as simulator:
        owner, outside = owner_in(tmp_path), tmp_path / "frame"
        settings = simulator.account_settings() | {"frames": {"home": {"id": KITCHEN, "path": str(outside)}}}
        owner.sandbox.configure({"aura": settings}, exif="fix", artist="Ada")
        assert owner.sandbox.run("pull", "aura").exit == 0
        before = {path: sha256(path) for path in outside.rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
        before = {path: hash_ for path, hash_ in before.items() if ".photosync" not in path.parts}
        photos = sorted(before)
        assert photos
        harm(owner, photos)
        (outside / "SHA256SUMS").unlink()
        result = owner.repair()
        assert sources(result) == {"account", "the catalog"}
        assert {str(each["path"]) for each in damage(result)} >= {str(path) for path in photos}
        assert {path: sha256(path) for path in before} == before
        kept = list((outside / ".photosync" / "damaged").rglob("*.why.txt"))
        assert len(kept) == (len(photos) + 1) // 2
        backup = owner.sandbox.folder / "backup"
        outside.rename(backup)
        outside.mkdir()
        (outside / ".photosync").mkdir()
        assert "folder" in sources(owner.repair("--from", str(backup)))
        assert {path: sha256(path) for path in before} == before


def test_google_while_a_session_is_open(tmp_path: Path) -> None:
    with GoogleSimulator(items=5, seed=2) as simulator:
        owner = owner_in(tmp_path)
        owner.sandbox.configure({"google": simulator.account_settings()})
        assert owner.sandbox.run("pick", "google", "--no-browser", "--keep-session").exit == 0
        before = owner.contents()
        harm(owner, owner.photos())
        assert sources(owner.repair()) == {"account"}
        assert owner.contents() == before


def test_google_after_its_session(tmp_path: Path) -> None:
    with GoogleSimulator(items=5, seed=2) as simulator:
        owner = owner_in(tmp_path)
        owner.sandbox.configure({"google": simulator.account_settings()})
        assert owner.sandbox.run("pick", "google", "--no-browser").exit == 0
        before, backup = owner.contents(), owner.backup()
        harm(owner, owner.photos())
        result = owner.verify("--repair")
        assert (result.exit, result.number("repaired")) == (10, 0)
        assert all("pick it again" in str(each["error"]) for each in damage(result))
        assert sources(owner.repair("--from", str(backup))) == {"folder"}
        assert owner.contents() == before
