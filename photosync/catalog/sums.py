"""What SHA256SUMS has to list below each root, and what is known of the list itself."""

from __future__ import annotations

from collections.abc import Iterator

from photosync.catalog.connection import CatalogConnection


class Sums:
    """The lists of all roots."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def lines(self, root: str, since_run: int = 0) -> Iterator[tuple[str, str]]:
        """(sha256, path) of every file, sidecar and file that was made below a root, in the order of the paths.

        With `since_run` only the files and sidecars that this run and later ones saved.
        """
        return self._connection.execute(
            """SELECT stored_sha256, path FROM items WHERE outside = ?1 AND path IS NOT NULL AND saved_run >= ?2
               UNION ALL SELECT sha256, path FROM sidecars WHERE outside = ?1 AND saved_run >= ?2
               UNION ALL SELECT sha256, path FROM made_files WHERE outside = ?1 AND ?2 = 0 ORDER BY path""",
            (root, since_run),
        )

    def count(self, root: str) -> int:
        """The number of files, sidecars and files that were made below a root."""
        items = "SELECT count(*) FROM items WHERE outside = ?1 AND path_key IS NOT NULL"  # the index has all of it
        sidecars = "SELECT count(*) FROM sidecars WHERE outside = ?1"
        made = "SELECT count(*) FROM made_files WHERE outside = ?1"
        return int(self._connection.execute(f"SELECT ({items}) + ({sidecars}) + ({made})", (root,)).fetchone()[0])

    def left_files(self, root: str) -> list[tuple[str, str]]:
        """(sha256, path) of files below a root that left their places, while SHA256SUMS may still name them."""
        rows = self._connection.execute("SELECT sha256, path FROM left_files WHERE outside = ?", (root,))
        return rows.fetchall()

    def forget_left_files(self, root: str) -> None:
        """SHA256SUMS does not name them any more."""
        self._connection.execute("DELETE FROM left_files WHERE outside = ?", (root,))

    def state(self, root: str) -> str | None:
        """The state of SHA256SUMS that was recorded last."""
        row = self._connection.execute("SELECT state FROM sums WHERE outside = ?", (root,)).fetchone()
        return row[0] if row else None

    def set_state(self, root: str, state: str) -> None:
        """Record the state of SHA256SUMS; an empty one says that it is being changed."""
        self._connection.execute("INSERT OR REPLACE INTO sums VALUES (?, ?)", (root, state))
