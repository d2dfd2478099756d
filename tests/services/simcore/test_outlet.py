"""Events go to webhooks over real sockets: signed, once each for whoever looks at ids, again where they were not taken."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.services.simcore import webhooks
from app.services.simcore.outlet import Outlet
from tests.services.simcore.sample import NOW, Receiver, Sample, receiver, running


def left(sample: Sample) -> int:
    with sample.service.store.read() as connection:
        return sample.service.outlet.waiting(connection, "w")


def test_an_event_arrives_as_a_cloud_event(sample: Sample, hook: Receiver) -> None:
    sample.happen(answer=42)
    assert sample.service.outlet.deliver() == 1
    (event,) = hook.taken
    assert event == {
        "specversion": "1.0", "id": "w-1", "source": "http://sample.test", "type": "sample.changed", "subject": "somebody",
        "time": "2027-03-15T09:00:00+09:00", "datacontenttype": "application/json", "simworld": "w", "sequence": "000000000001",
        "data": {"answer": 42},
    }  # fmt: skip
    assert (left(sample), sample.service.outlet.deliver()) == (0, 0)
    polled = sample.call("GET", "/events").json()
    assert polled == {"events": [event], "next": 1}
    assert sample.call("GET", "/events", params={"after": "1"}).json() == {"events": [], "next": 1}


def test_what_is_not_taken_is_tried_again_after_longer_and_longer_waits(sample: Sample, hook: Receiver) -> None:
    sample.happen()
    hook.answers = [500, 500]
    deliver = sample.service.outlet.deliver
    assert deliver() == 0
    assert (deliver(), len(hook.arrived)) == (0, 1), "the wait is not over"
    sample.clock.pass_by(2)
    deliver()
    sample.clock.pass_by(2)
    assert (deliver(), len(hook.arrived)) == (0, 2), "the second wait is longer"
    sample.clock.pass_by(3)
    assert deliver() == 1
    assert [one["id"] for one in hook.arrived] == ["w-1"] * 3
    assert (len(hook.taken), left(sample)) == (1, 0)


def test_waits_outlive_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sample.sqlite3'}"
    with running(url) as first, receiver(f"sqlite:///{tmp_path / 'r.sqlite3'}", first.clock) as hook:
        first.world()
        first.call("PUT", "/_sim/worlds/w/webhooks", json=[{"url": hook.url, "secret": hook.secret}])
        first.happen()
        hook.answers = [500]
        first.service.outlet.deliver()
        with running(url, first.clock) as second:
            assert second.service.outlet.deliver() == 0
            first.clock.pass_by(2)
            assert second.service.outlet.deliver() == 1
        assert len(hook.taken) == 1


def test_the_receiver_says_when(sample: Sample, hook: Receiver) -> None:
    sample.happen()
    hook.answers = [(429, {"Retry-After": "40"})]
    sample.service.outlet.deliver()
    sample.clock.pass_by(39)
    assert sample.service.outlet.deliver() == 0
    sample.clock.pass_by(1)
    assert sample.service.outlet.deliver() == 1


def test_gone_stops_the_webhook(sample: Sample, hook: Receiver) -> None:
    sample.happen()
    sample.happen()
    hook.answers = [410]
    sample.service.outlet.deliver()
    assert (len(hook.arrived), left(sample)) == (1, 0)
    assert [one["state"] for one in sample.call("GET", "/_sim/worlds/w/webhooks").json()] == ["stopped"]
    sample.happen()
    assert sample.service.outlet.deliver() == 0
    assert len(sample.call("GET", "/events").json()["events"]) == 3, "they can still be fetched"


def test_the_clock_sends_what_waits(sample: Sample, hook: Receiver) -> None:
    sample.happen()
    hook.answers = [503]
    sample.service.outlet.deliver()
    assert sample.call("PUT", "/_sim/clock", json={"now": "2027-03-15T10:00:00"}).status_code == 200
    assert len(hook.taken) == 1
    sample.happen()
    assert sample.call("POST", "/_sim/worlds/w/webhooks/deliveries").json() == {"left": 0, "sent": 1}


def test_faults_of_deliveries(sample: Sample, hook: Receiver) -> None:
    sample.faults({"target": "webhooks", "kind": "duplicate"}, {"target": "webhooks", "kind": "out_of_order"})
    for _ in range(3):
        sample.happen()
    sample.service.outlet.deliver()
    assert [one["id"] for one in hook.arrived] == ["w-3", "w-3", "w-2", "w-2", "w-1", "w-1"]
    assert [one["id"] for one in hook.taken] == ["w-3", "w-2", "w-1"]
    sample.faults({"target": "webhooks", "kind": "down"})
    sample.happen()
    assert (sample.service.outlet.deliver(), left(sample)) == (0, 1)


def test_an_address_that_does_not_allow_us_is_refused(sample: Sample, tmp_path: Path) -> None:
    with receiver(f"sqlite:///{tmp_path / 'r.sqlite3'}", sample.clock, allowed="somebody.else") as found:
        told = sample.call("PUT", "/_sim/worlds/w/webhooks", json=[{"url": found.url}])
    assert (told.status_code, told.json()["type"]) == (422, "urn:hitomado:problem:webhook-not-allowed")
    assert sample.call("PUT", "/_sim/worlds/w/webhooks", json=[{"url": "http://127.0.0.1:9/x"}]).status_code == 422
    assert sample.call("GET", "/_sim/worlds/w/webhooks").json() == []


def test_a_secret_is_told_once(sample: Sample, hook: Receiver) -> None:
    (shown,) = sample.call("GET", "/_sim/worlds/w/webhooks").json()
    assert set(shown) == {"id", "url", "types", "state"}
    (again,) = sample.call("PUT", "/_sim/worlds/w/webhooks", json=[{"url": hook.url, "types": ["other.*"]}]).json()
    assert (again["id"], again["secret"]) == (shown["id"], hook.secret)
    sample.happen()
    assert sample.service.outlet.deliver() == 0, "not a type that is wanted"
    sample.happen("other.thing")
    assert sample.service.outlet.deliver() == 1


def post(hook: Receiver, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(hook.url, content=body, headers=headers)


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (lambda sent, body: (sent, body + b" "), "bad-signature"),
        (lambda sent, body: (sent | {"webhook-id": "w-2"}, body), "bad-signature"),
        (lambda sent, body: ({k: v for k, v in sent.items() if k != "webhook-signature"}, body), "bad-signature"),
        (lambda sent, body: (sent | {"webhook-timestamp": "soon"}, body), "bad-signature"),
    ],
)
def test_a_delivery_that_was_changed_is_refused(hook: Receiver, harm: Any, kind: str) -> None:
    body = json.dumps({"id": "w-1", "source": "s", "type": "t", "simworld": "w"}).encode()
    sent = webhooks.headers(hook.secret, "w-1", hook.clock.timestamp(), body)
    headers, changed = harm(sent, body)
    assert post(hook, changed, headers).status_code == 401
    assert (hook.refused, hook.taken) == ([kind], [])
    assert post(hook, body, sent).status_code == 200


def test_an_old_delivery_is_refused(hook: Receiver) -> None:
    body = b'{"id": "w-1", "source": "s", "type": "t", "simworld": "w"}'
    sent = webhooks.headers(hook.secret, "w-1", hook.clock.timestamp() - webhooks.TOLERANCE - 1, body)
    assert post(hook, body, sent).status_code == 401
    assert hook.refused == ["stale-delivery"]


def test_the_signature_is_that_of_standard_webhooks() -> None:
    secret, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = webhooks.signature(secret, id_, 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_worker_sends_after_the_commit(sample: Sample, hook: Receiver) -> None:
    sent = threading.Event()
    outlet, deliver = sample.service.outlet, sample.service.outlet.deliver

    def seen(*args: Any, **rest: Any) -> int:
        taken = deliver(*args, **rest)
        if taken:
            sent.set()
        return taken

    outlet.deliver = seen  # type: ignore[method-assign]
    outlet.wake = lambda: Outlet.wake(outlet)  # type: ignore[method-assign]
    sample.happen()
    assert sent.wait(10)
    assert len(hook.taken) == 1


def test_the_log_tells_whether_it_is_whole(sample: Sample) -> None:
    audit = sample.service.audit
    with sample.service.store.write("w") as connection:
        for n in range(2):
            audit.append(connection, "w", NOW, "somebody", "act", n=n)
    told = sample.call("GET", "/_sim/worlds/w/audit").json()
    assert (told["intact"], [row["seq"] for row in told["entries"]]) == (True, [1, 2])
    with sample.service.store.write("w") as connection:
        connection.execute(update(audit._table).where(audit._table.c.seq == 1).values(actor="another"))
    assert sample.call("GET", "/_sim/worlds/w/audit").json()["intact"] is False
