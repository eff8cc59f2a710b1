"""What a caller can meet when a text is read as FHIR."""

from waypost.kernel.problem import Problem


class NotJson(Problem):
    code, status, issue = "fhir.not-json", 400, "structure"
    title = "That is not JSON."
    remedy = "Send one JSON object, without comments, trailing commas or unquoted names."


class NotUtf8(Problem):
    code, status, issue = "fhir.not-utf8", 400, "structure"
    title = "That is not UTF-8 text."
    remedy = "Save or send the text as UTF-8."


class NotAnObject(Problem):
    code, status, issue = "fhir.not-an-object", 400, "structure"
    title = "A resource is one JSON object."
    remedy = "Send the resource itself, not a list or a bare value."


class DuplicateKey(Problem):
    code, status, issue = "fhir.duplicate-key", 400, "structure"
    title = "One object holds the same name twice."
    remedy = "Keep one of the two; which of them was meant cannot be known."


class NotANumber(Problem):
    code, status, issue = "fhir.not-a-number", 400, "value"
    title = "NaN and Infinity are not numbers in JSON."
    remedy = "Leave the value out and say why with a data-absent-reason extension."


class TooDeep(Problem):
    code, status, issue = "fhir.too-deep", 400, "too-long"
    title = "That is nested too deeply."
    remedy = "Nest at most as deeply as the documented limit."


class TooLarge(Problem):
    code, status, issue = "fhir.too-large", 413, "too-long"
    title = "That is too large."
    remedy = "Send it in parts, or large attachments as Binary by their address."


class BadCharacters(Problem):
    code, status, issue = "fhir.bad-characters", 400, "value"
    title = "The text holds characters that no text may hold: a NUL or half of a surrogate pair."
    remedy = "Remove them; they are usually left over from another system's fixed-width fields."


class UnknownType(Problem):
    code, status, issue = "fhir.unknown-type", 404, "not-supported"
    title = "FHIR R4 has no such resource type."
    remedy = "Check the spelling; types are written in CamelCase."
