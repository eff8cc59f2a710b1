"""What can be in the way of running the program, each with one sentence that says what to do."""

from waypost.kernel.problem import Problem


class CannotRun(Problem):
    """Something on this machine is in the way; `detail` says what and what mends it."""

    code, status, issue = "ops.cannot-run", 500, "exception"
    title = "Waypost cannot run here as things are."


class DatabaseWillNotStart(CannotRun):
    code = "ops.database-will-not-start"
    title = "The database did not start."


class FolderUnusable(CannotRun):
    code = "ops.folder-unusable"
    title = "The data folder cannot be used."


class PortInUse(CannotRun):
    code = "ops.port-in-use"
    title = "Another program listens on that port."


class SettingWrong(CannotRun):
    code = "ops.setting-wrong"
    title = "A setting has a value that cannot work."


class NotSetUp(CannotRun):
    code = "ops.not-set-up"
    title = "There is no clinic in this data folder yet."
    remedy = "Run `waypost init` or `waypost demo` first."


class TooOld(CannotRun):
    code = "ops.too-old"
    title = "The database is older than this release; run `waypost upgrade`."


class TooNew(CannotRun):
    code = "ops.too-new"
    title = "The database is newer than this release."
    remedy = "Install the release that it was used with."
