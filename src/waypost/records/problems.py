"""What a caller of the record can meet."""

from waypost.kernel.problem import Problem


class NotFound(Problem):
    code, status, issue = "records.not-found", 404, "not-found"
    title = "There is no such record here."


class Gone(Problem):
    code, status, issue = "records.gone", 410, "deleted"
    title, remedy = "This record was removed.", "An earlier version can be restored from its history."


class Stale(Problem):
    code, status, issue = "records.stale", 409, "conflict"
    title = "Someone else changed this while it was open."
    remedy = "What was typed is kept; compare it with the newer version and save again."


class PreconditionFailed(Stale):
    code, status = "records.precondition-failed", 412
    title = "The version named is not the newest."
    remedy = "Read the record again and repeat the change on its newest version."


class Unacceptable(Problem):
    code, status, issue = "records.unacceptable", 422, "invalid"
    title, remedy = "The record does not hold together.", "Each finding names the place and what is wrong with it."


class DanglingReference(Unacceptable):
    code, issue = "records.dangling-reference", "not-found"
    title, remedy = "Something referred to is not here.", "File what is referred to first, or correct the reference."


class StillReferredTo(Problem):
    code, status, issue = "records.still-referred-to", 409, "conflict"
    title, remedy = "Other records refer to this one.", "Remove or change those first."


class IdTaken(Problem):
    code, status, issue = "records.id-taken", 409, "duplicate"
    title, remedy = "A record with this id exists already.", "Update it, or leave the id out."


class BytesUnknown(Unacceptable):
    code = "records.bytes-unknown"
    title = "It points to bytes that this record never held."
    remedy = "Send the bytes themselves, in `data`."


class BytesAstray(Problem):
    code, status, issue = "records.bytes-astray", 500, "exception"
    title = "The bytes of this document are not where they should be, or have been altered."
    remedy = "Whoever looks after Waypost: run `waypost check`, and bring the folder `documents` back from the backup."
