"""Picks and downloads as public programs do; runs in its own environment: `python use_picker.py TOKEN FOLDER`.

With google-api-python-client, and plain requests for what it does not offer.
"""

import sys
import time
from pathlib import Path

import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build  # type: ignore[import-not-found]


def main() -> None:
    """Create a session, wait until the person has picked, list all pages, download each item, delete the session."""
    credentials = Credentials.from_authorized_user_file(sys.argv[1])  # type: ignore[no-untyped-call]
    service = build("photospicker", "v1", credentials=credentials, static_discovery=False)
    session = service.sessions().create(body={}).execute()
    while not service.sessions().get(sessionId=session["id"]).execute().get("mediaItemsSet"):
        time.sleep(float(session["pollingConfig"]["pollInterval"].rstrip("s")))
    page_token = None
    while True:
        page = service.mediaItems().list(sessionId=session["id"], pageSize=20, pageToken=page_token).execute()
        for item in page["mediaItems"]:
            save(item, credentials.token)
        page_token = page.get("nextPageToken")
        if not page_token:
            break
    service.sessions().delete(sessionId=session["id"]).execute()


def save(item: dict[str, dict[str, str]], token: str) -> None:
    """Download an item to the folder, under its id."""
    suffix = "=dv" if item["mediaFile"]["mimeType"].startswith("video/") else "=d"
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(item["mediaFile"]["baseUrl"] + suffix, headers=headers, timeout=30)
    answer.raise_for_status()
    Path(sys.argv[2], str(item["id"])).write_bytes(answer.content)


if __name__ == "__main__":
    main()
