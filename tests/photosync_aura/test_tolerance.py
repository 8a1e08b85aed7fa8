"""What public clients send and the service took: served and counted, and refused by a strict simulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from photosync_aura.simulator import EMAIL, KITCHEN, AuraSimulator

Ask = Callable[[AuraSimulator, dict[str, str]], requests.Response]


def signed_in(simulator: AuraSimulator, **device: str) -> requests.Response:
    user = {"email": EMAIL, "password": simulator.password}
    body = {"app_identifier": "com.pushd.Framelord", "locale": "en", "user": user, **device}
    return requests.post(f"{simulator.url}/v5/login.json", json=body, timeout=30)


def sign_in_without_a_device(simulator: AuraSimulator, _headers: dict[str, str]) -> requests.Response:
    return signed_in(simulator)


def photo_with_the_session(simulator: AuraSimulator, headers: dict[str, str]) -> requests.Response:
    listing = requests.get(f"{simulator.url}/v5/frames/{KITCHEN}/assets.json", headers=headers, timeout=30).json()
    asset = next(each for each in listing["assets"] if not each.get("video_url"))
    address = f"{simulator.url_of('images')}/{asset['user_id']}/{asset['file_name']}"
    return requests.get(address, headers=headers, timeout=30)


@pytest.mark.parametrize("is_strict", [False, True])
@pytest.mark.parametrize(
    ("ask", "form"),
    [
        (sign_in_without_a_device, "a sign-in without a device"),
        (photo_with_the_session, "credentials at the content host"),
    ],
)
def test_unusual_forms_are_served_and_counted_or_refused(ask: Ask, form: str, is_strict: bool) -> None:
    with AuraSimulator(items=10, strict=is_strict) as simulator:
        answer = signed_in(simulator, identifier_for_vendor="1", client_device_id="1").json()
        user = answer["result"]["current_user"]
        status = ask(simulator, {"X-User-Id": user["id"], "X-Token-Auth": user["auth_token"]}).status_code
        assert (status, simulator.tolerated) == ((400, {}) if is_strict else (200, {form: 1}))
