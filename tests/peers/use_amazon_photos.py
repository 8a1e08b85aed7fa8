"""Uses amazon-photos as its README shows; runs in its environment: `python use_amazon_photos.py COOKIES FOLDER ANSWER`.

Writes one JSON object to the file ANSWER: what the program says it found and did. The test looks at the service.
"""

import json
import sys
from pathlib import Path

from amazon_photos import AmazonPhotos  # type: ignore[import-not-found]

DOWNLOADED = 5
TRASHED = 3


def main() -> None:
    """List, download, upload, trash, look into the trash, restore, and change what the README changes."""
    ap = AmazonPhotos(json.loads(sys.argv[1]))
    said: dict[str, object] = {"listed": list(ap.db.id.drop_duplicates())}
    said["photos"] = ap.photos().id.nunique()  # its listing has the first page twice
    said["nodes"] = len(ap.nodes(filters=["kind:FILE", "status:AVAILABLE"], limit=200))
    said["used"] = int(ap.usage().total_count.sum())
    said["things"] = [each["value"] for each in ap.aggregations("things", out="")]
    said["all"] = sorted(ap.aggregations("all", out=""))
    ap.download(ap.db.id.drop_duplicates()[:DOWNLOADED], out="files")
    said["uploaded"] = [answer.json()["id"] for answer in ap.upload(Path(sys.argv[2]))]
    ids = said["listed"][:TRASHED]  # type: ignore[index]
    ap.trash(ids)
    said["trashed"] = [each for each in ids if each in set(ap.trashed().id)]
    ap.restore(ids[:1])
    ap.delete(ids[1:2])
    members = list(ap.db.id)[-2:]
    album = ap.create_album("Made", members)
    ap.rename_album(album["id"], "Renamed")
    ap.remove_from_album(album["id"], members[:1])
    ap.add_to_album(album["id"], ids[:1])
    said["album"] = [members[1], ids[0]]
    ap.rename_cluster("cluster-anna", "Anna")
    ap.print_tree(color=False)
    Path(sys.argv[3]).write_text(json.dumps(said))


if __name__ == "__main__":
    main()
