"""Cookies and sessions (section 2): the simulator is as strict as the service."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.simulator.client import Client


@pytest.mark.parametrize("name", ["session-id", "ubid-main", "at-main"])
@pytest.mark.parametrize("spelling", ["left out", "underscores"])
def test_cookies_must_be_there_under_their_own_names(client: Client, name: str, spelling: str) -> None:
    value = client.cookies.pop(name)
    if spelling == "underscores":
        client.cookies[name.replace("-", "_")] = value
    answer = client.search()
    assert (answer.status_code, answer.json()) == (401, {"Message": "No Auth Method Provided"})


def test_the_session_is_wanted_in_a_header_too(client: Client) -> None:
    del client.headers["x-amzn-sessionid"]
    assert client.search().json() == {"Message": "No Auth Method Provided"}


@pytest.mark.parametrize("name", ["session-id", "ubid-main", "at-main"])
def test_old_cookies_are_refused(client: Client, name: str) -> None:
    client.cookies[name] = "old"
    answer = client.search()
    assert answer.status_code == 401
    assert "BadAuthenticationData" in answer.text


def test_quotes_belong_to_a_value(client: Client) -> None:
    assert client.cookies["at-main"].startswith('"')
    client.cookies["at-main"] = client.cookies["at-main"].strip('"')
    assert client.search().status_code == 401


def test_other_countries_have_other_names() -> None:
    with AmazonSimulator(items=1, market="acbuk") as simulator:
        client = Client(simulator)
        assert {"ubid-acbuk", "at-acbuk"} <= set(client.cookies)
        assert client.search().status_code == 200


def test_a_session_can_end_and_be_renewed() -> None:
    with AmazonSimulator(items=1, renewable=True) as simulator:
        client = Client(simulator)
        simulator.end_session()
        assert client.search().status_code == 401
        form = {"app_name": "Amazon Drive", "source_token": client.cookies["sess-at-main"]}
        answer = client.ask("POST", "/ap/exchangetoken/refresh", {}, data=form).json()
        client.cookies.update({each["Name"]: each["Value"] for each in answer["response"]["tokens"]["cookies"]})
        assert client.search().status_code == 200
    with AmazonSimulator(items=1) as simulator:
        assert Client(simulator).ask("POST", "/ap/exchangetoken/refresh", {}).status_code == 401


def test_pages_in_place_of_answers(client: Client) -> None:
    client.simulator.faults.sign_in_page = Fault(times=1)
    page = client.search()
    assert (page.status_code, page.headers["Content-Type"][:9], "/ap/signin" in page.text) == (200, "text/html", True)
    client.simulator.faults.robot_check = Fault(times=1)
    page = client.search()
    assert (page.status_code, "Robot" in page.text) == (503, True)
    client.simulator.faults.expired = Fault(after=1)
    assert [client.search().status_code for _ in range(3)] == [200, 401, 401]
