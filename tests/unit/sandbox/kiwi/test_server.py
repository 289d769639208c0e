"""The wire: connections that are kept, and answers that do not wait."""

import socket
import statistics
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi

from tests.contract.kiwi.client import PASSWORD, Kiwi


def test_a_connection_is_kept(kiwi: EmbeddedKiwi) -> None:
    host, port = urlsplit(kiwi.api_url).hostname, urlsplit(kiwi.api_url).port
    request = b"GET /core/v1/session HTTP/1.1\r\nHost: kiwi\r\n\r\n"
    with socket.create_connection((host, port or 0), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 405 ")
    assert len(kiwi.requests) == 3


def test_answers_come_at_once(erp: Kiwi) -> None:
    seconds = [erp("GET", "tenants").elapsed.total_seconds() for _ in range(31)]
    # A delayed acknowledgement would cost 40 ms each.
    assert statistics.median(seconds) < 0.03


def test_an_unreadable_body_is_refused_and_the_connection_goes_on(
    kiwi: EmbeddedKiwi, http: httpx.Client
) -> None:
    answer = http.post(f"{kiwi.api_url}/v1/session", content=b"{junk")
    assert (answer.status_code, answer.json()["name"]) == (422, "VALIDATION_ERROR")
    body = {"username": "user-42", "password": PASSWORD}
    assert http.post(f"{kiwi.api_url}/v1/session", json=body).status_code == 200


def test_it_says_nothing(kiwi: EmbeddedKiwi, http: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(kiwi.api_url).port or 0)) as rude:
        rude.sendall(b"POST /core/v1/session HTTP/1.1\r\nContent-Length: 99\r\n\r\n{")
    with socket.create_connection(("127.0.0.1", urlsplit(kiwi.api_url).port or 0), timeout=5) as junk:
        junk.sendall(b"junk\r\n\r\n")
        assert b"400" in junk.recv(65536)
    http.get(kiwi.api_url)
    kiwi.stop()
    assert capfd.readouterr() == ("", "")


def test_no_thread_is_left(http: httpx.Client) -> None:
    before = set(threading.enumerate())
    with EmbeddedKiwi() as kiwi:
        http.get(kiwi.api_url)
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.005)
    assert set(threading.enumerate()) <= before
