"""Downloads everything with amazon-photos; runs in its environment: `python peer_script.py URL COOKIES`."""

import json
import sys
import time

from amazon_photos import AmazonPhotos  # type: ignore[import-not-found]

CONNECTIONS = 64
CHUNK_BYTES = 1 << 20


class Peer(AmazonPhotos):  # type: ignore[misc]
    """Asks this service, whatever the country of the cookies."""

    drive_url = property(lambda _self: f"{sys.argv[1]}/drive/v1", lambda _self, _value: None)

    def get_folders(self) -> list[dict[str, object]]:
        """None: its own code stops with an error where there are fewer folders than processors."""
        return []


def main() -> None:
    """Print how long the downloads alone take."""
    peer = Peer(json.loads(sys.argv[2]))
    began = time.perf_counter()
    ids = peer.db["id"].drop_duplicates()  # its listing has the first page twice
    peer.download(ids, out="files", chunk_size=CHUNK_BYTES, max_connections=CONNECTIONS)
    print(json.dumps({"download_s": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
