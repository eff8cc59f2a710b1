"""What one server process keeps for the pages that are open: boards, who watches them, and the watch over the feed.

It lives in the server's event loop and holds no thread while nothing happens. A few times a second, and only while somebody
watches, it asks the feed what is new; boards that are touched are drawn once each, in a thread, audited there for all who
watch, and handed to every stream. A stream sends the newest state when it can: nothing is queued for it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from waypost.kernel.problem import Problem
from waypost.records import watching
from waypost.records.watching import Change
from waypost.web.live import limits, viewers, views
from waypost.web.live.boards import Board, Key, Looker, draw
from waypost.web.live.viewers import Viewer
from waypost.web.live.views import Given, Shown, View

log = logging.getLogger("waypost.live")


class TooManyOfYours(Problem):
    code, status, issue = "web.live-too-many-of-yours", 429, "throttled"
    title = "You have too many live pages open for this one to be live too."
    remedy = "Close one you do not need, or use Refresh."


class TooMany(Problem):
    code, status, issue = "web.live-too-many", 503, "throttled"
    title = "As many live pages are open as the server takes."
    remedy = "Use Refresh; this page is live again as soon as there is room."


class Stream:
    """One open page: who watches what, what they may be sent, and what they have been sent."""

    def __init__(self, viewer: Viewer, asked: dict[Key, str]) -> None:
        self.viewer = viewer
        self.boards: list[Board] = []
        self.has = asked  # board -> tag of what the page has
        self.sent: dict[Key, Shown] = {}
        self.granted: dict[Key, Shown] = {}  # audited, and therefore free to be sent
        self.wake = asyncio.Event()
        self.ended = ""

    def grant(self, key: Key, shown: Shown) -> None:
        self.granted[key] = shown
        self.wake.set()

    def end(self, why: str) -> None:
        self.ended = self.ended or why
        self.wake.set()


class Hub:
    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.boards: dict[Key, Board] = {}
        self.looked = 0.0  # when the feed was last read without failing
        self._watchers: dict[Key, set[Stream]] = {}
        self._snapshots: dict[int, str] = {}
        self._watch: asyncio.Task[None] | None = None
        self._sessions_at = 0.0
        self._looking = ThreadPoolExecutor(1, "live-look")
        self._drawing = ThreadPoolExecutor(limits.DRAWERS, "live-draw")
        self._drawings: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """End every stream: the process stops, and the pages find another."""
        for stream in tuple(self.streams):
            stream.end("restart")

    # Opening and leaving

    async def open(self, cookies: str, names: list[str], given: Given, has: dict[str, str]) -> Stream:
        """Return a stream of the views for whoever the cookies say it is. Raises a Problem where that cannot be."""
        if len(self.streams) >= limits.STREAMS_MAX:
            raise TooMany
        viewer, wanted = await self._run(self._looking, _asked_for, cookies, names, given)
        mine = sum(viewers.same(one.viewer.ctx, viewer.ctx) for one in self.streams)
        if mine >= limits.STREAMS_PER_PERSON_MAX:
            raise TooManyOfYours
        tenant = viewer.ctx.tenant
        if (
            len(self.streams) >= limits.STREAMS_MAX
            or len({*self.boards, *wanted}) > limits.DRAWN_TOGETHER_MAX
        ):
            raise TooMany
        stream = Stream(viewer, {key: has.get(key[1], "") for key in wanted})
        self.streams.add(stream)
        if tenant not in self._snapshots:
            try:
                self._snapshots.setdefault(tenant, await self._run(self._looking, watching.begin))
            except BaseException:
                self.streams.discard(stream)
                raise
        for key, view in wanted.items():
            board = self.boards.setdefault(key, Board(tenant, view, key[2]))
            stream.boards.append(board)
            self._watchers.setdefault(key, set()).add(stream)
        if self._watch is None:
            self.looked = time.monotonic()
            self._watch = asyncio.get_running_loop().create_task(self._keep_watch())
        self._draw_what_is_due(stream.boards)
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream, and whatever only it watched."""
        self.streams.discard(stream)
        for board in stream.boards:
            watchers = self._watchers.get(board.name, set())
            watchers.discard(stream)
            if not watchers:
                self._watchers.pop(board.name, None)
                self.boards.pop(board.name, None)
        if stream.viewer.ctx.tenant not in {one.viewer.ctx.tenant for one in self.streams}:
            self._snapshots.pop(stream.viewer.ctx.tenant, None)

    # The watch

    async def _keep_watch(self) -> None:
        try:
            while self.streams:
                began = time.monotonic()
                try:
                    await self._look()
                    self.looked = time.monotonic()
                    if began - self._sessions_at >= limits.SESSIONS_EVERY_SECONDS:
                        self._sessions_at = began
                        await self._look_at_sessions()
                except Exception:
                    log.exception("a look at the feed failed")
                self._draw_what_is_due()
                await asyncio.sleep(max(0.05, limits.LOOK_EVERY_SECONDS - (time.monotonic() - began)))
        finally:
            self._watch = None

    async def _look(self) -> None:
        """Ask each tenant's feed what is new and note which boards it touches."""
        for tenant, snapshot in tuple(self._snapshots.items()):
            boards = [board for board in self.boards.values() if board.tenant == tenant]
            new, touched = await self._run(self._looking, _touched, tenant, snapshot, boards)
            if tenant in self._snapshots:
                self._snapshots[tenant] = new
            for board in touched:
                board.changed = True

    async def _look_at_sessions(self) -> None:
        found = await self._run(self._looking, viewers.still_here, {stream.viewer for stream in self.streams})
        for stream in tuple(self.streams):
            now = found.get(stream.viewer)
            if now is None:
                stream.end("signed-out")
            elif not viewers.same(now, stream.viewer.ctx):
                stream.end("changed")

    # Drawing

    def _draw_what_is_due(self, boards: Sequence[Board] | None = None) -> None:
        now = time.monotonic()
        for board in tuple(self.boards.values()) if boards is None else boards:
            again = board.is_due(now)
            if not board.drawing and (again or self._unserved(board)):
                board.drawing = True
                task = asyncio.get_running_loop().create_task(self._draw(board, again=again))
                self._drawings.add(task)
                task.add_done_callback(self._drawings.discard)

    def _unserved(self, board: Board) -> bool:
        return any(
            board.name not in one.granted for one in self._watchers.get(board.name, ()) if not one.ended
        )

    async def _draw(self, board: Board, *, again: bool) -> None:
        key, before = board.name, board.shown
        streams = [one for one in self._watchers.get(key, ()) if not one.ended]
        for one in streams:
            if before is not None and key not in one.granted and one.has[key] == before.tag:
                one.sent[key] = one.granted[key] = before
        lookers = [
            Looker(one.viewer.ctx, one.granted[key].tag if key in one.granted else one.has[key])
            for one in streams
        ]
        if not lookers:
            board.drawing = False
            return
        board.changed = board.changed and not again
        began = time.monotonic()
        try:
            shown = await self._run(self._drawing, lambda: draw(board, lookers, again=again))
        except Exception:
            log.exception("the live view %s could not be drawn", board.view.name)
            for stream in streams:
                stream.end("broken")
            return
        finally:
            board.drawing = False
        if again:
            board.drawn = time.monotonic()
            board.cost = board.drawn - began
        board.shown = shown
        for stream in streams:
            stream.grant(key, shown)
        if self._unserved(board):
            self._draw_what_is_due([board])

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, _in_thread, work, *arguments)


def _in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do what uses the database; leave no broken connection to the next."""
    try:
        return work(*arguments)
    except Problem:
        raise
    except Exception:
        connections.close_all()
        raise


def _asked_for(cookies: str, names: list[str], given: Given) -> tuple[Viewer, dict[Key, View]]:
    found = [views.named(name) for name in names]
    ask = found[0].guest if len(found) == 1 else None  # a guest's link opens one thing
    viewer = viewers.admit(cookies) if ask is None else viewers.guest(lambda: ask(given))
    return viewer, {(viewer.ctx.tenant, view.name, view.key(viewer.ctx, given)): view for view in found}


def _touched(tenant: int, snapshot: str, boards: list[Board]) -> tuple[str, list[Board]]:
    """Return the next snapshot and the boards that what is new touches."""
    by_view: dict[str, list[Board]] = {}
    for board in boards:
        by_view.setdefault(board.view.name, []).append(board)
    types = {one for board in boards for one in board.view.types}
    look = watching.look(tenant, snapshot, types)
    if look.too_many:
        return look.snapshot, boards
    touched: list[Board] = []
    for group in by_view.values():
        view = group[0].view
        concerned = [change for change in look.changes if change.type in view.types]
        if concerned:
            touched += _touched_of(view, tenant, concerned, group)
    return look.snapshot, touched


def _touched_of(view: View, tenant: int, changes: Sequence[Change], boards: list[Board]) -> list[Board]:
    try:
        touches = view.touches(tenant, changes)
        return [board for board in boards if touches(board.key)]
    except Exception:
        log.exception("the live view %s could not tell what a change touches", view.name)
        connections.close_all()
        return boards
