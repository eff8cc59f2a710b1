"""Live views: what differs is told, states have names, sockets know what waits in them. No database."""

import asyncio
import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from waypost.web.live import limits, streams
from waypost.web.live.line import Line
from waypost.web.live.views import Shown, live


def test_a_state_has_a_name_and_another_state_another():
    one = Shown({"a": "<p>1</p>"}, shape="x")
    assert one.tag == Shown({"a": "<p>1</p>"}, {"a": ["patient"]}, shape="x").tag
    other = Shown({"a": "<p>2</p>"}, shape="x")
    assert one.tag != other.tag
    assert one.tag.split("-")[0] == other.tag.split("-")[0], "parts of the same shape fit the same page"
    assert Shown(one.parts, shape="y").tag.split("-")[0] != one.tag.split("-")[0]
    assert Shown(one.parts, rows=["t:1"], shape="x").tag != one.tag


def test_only_what_differs_is_told_and_only_its_patients_are_seen():
    before = Shown({"a": "1", "b": "1"}, {"a": ["p"], "b": ["q"]})
    after = Shown({"a": "1", "b": "2", "c": "1"}, {"a": ["p"], "b": ["q", "r"], "c": ["s"]})
    assert after.since(before) == {"b": "2", "c": "1"}
    assert after.seen_in(after.since(before)) == ["q", "r", "s"]
    assert after.since(None) == after.parts


def test_a_page_names_its_views_and_what_it_has_of_them():
    shown = Shown({"a": "1"})
    tied = live(
        {"board": shown, "comes": shown},
        {"day": "2026-11-25", "site": ""},
        at="10:22 AM",
        refresh="/schedule",
    )
    assert tied.address == "/live/board,comes?day=2026-11-25"
    assert tied.tags == f"board:{shown.tag},comes:{shown.tag}"


@pytest.fixture
def ends():
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        theirs.connect(listening.getsockname())
        ours, _ = listening.accept()
        with ours:
            yield ours, theirs


def address(pair):
    return f"{pair[0]}:{pair[1]}"


def test_a_socket_knows_what_waits_in_it_and_can_be_cut(ends):
    ours, theirs = ends
    line = Line(address(ours.getsockname()), address(theirs.getsockname()))
    assert line.unsent() == 0
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            ours.send(b"x" * 65536)
    assert line.unsent() > limits.UNSENT_BYTES_MAX
    line.cut()
    with pytest.raises(OSError):
        ours.send(b"x")
    line.close()
    assert line.unsent() == 0


def test_a_socket_that_is_not_found_says_nothing_and_leaves_nothing_open(ends):
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    for _ in range(3):
        line = Line("127.0.0.1:1", "127.0.0.1:2")
        assert line.unsent() == 0
        line.cut()
        line.close()
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


class Waiting:
    def __init__(self, *queue):
        self.queue, self.was_cut = list(queue), False

    def unsent(self):
        return self.queue.pop(0) if len(self.queue) > 1 else self.queue[0]

    def cut(self):
        self.was_cut = True


@pytest.mark.parametrize(("queue", "goes_on"), [((0,), True), ((9, 9, 0), True), ((9,), False)])
def test_who_takes_nothing_is_cut_and_who_is_slow_is_waited_for(monkeypatch, queue, goes_on):
    monkeypatch.setattr(limits, "STALLED_SECONDS_MAX", 0.05)
    monkeypatch.setattr(limits, "LOOK_EVERY_SECONDS", 0.01)
    line = Waiting(*queue)
    stream = streams.Stream(None, {})
    with ThreadPoolExecutor(1) as apart:  # a browser's test may have left a loop that runs in this thread
        assert apart.submit(asyncio.run, streams._takes(stream, line, most=0)).result() is goes_on
    assert line.was_cut is not goes_on
