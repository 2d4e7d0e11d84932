"""Asking for a link takes as long for an unknown address as for a known one."""

import statistics
import time

import pytest
from flask import Flask

from partnering.accounts import signing_in
from tests.factories.accounts import make_person

SAMPLES = 200


def test_time_does_not_tell_who_is_known(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signing_in, "CALLER_LIMIT", 10 * SAMPLES)
    with app.app_context():
        for number in range(SAMPLES):
            make_person(f"known{number}@people.example")
    client = app.test_client()
    times: dict[str, list[float]] = {"known": [], "other": []}
    for number in range(SAMPLES):
        for kind in ("known", "other") if number % 2 else ("other", "known"):
            start = time.perf_counter()
            answer = client.post("/login", data={"email": f"{kind}{number}@people.example"})
            times[kind].append(time.perf_counter() - start)
            assert answer.status_code == 303
    known, other = statistics.median(times["known"]), statistics.median(times["other"])
    assert abs(known - other) < 0.005
