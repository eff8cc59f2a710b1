"""What a caller of the FHIR door can meet. Codes are stable; each has a page in docs/problems."""

from waypost.kernel.problem import Problem


class ScopeTooNarrow(Problem):
    code, status, issue = "api.scope-too-narrow", 403, "forbidden"
    title = "The token's scopes do not cover this."
    remedy = "Ask for a token with a scope such as `user/Patient.read`."


class TypeUnknown(Problem):
    code, status, issue = "api.type-unknown", 404, "not-supported"
    title = "That is not a FHIR R4 resource type."
    remedy = "Types are spelled as in the standard, such as `Patient`."


class PathUnknown(Problem):
    code, status, issue = "api.path-unknown", 404, "not-found"
    title = "Nothing is served at this address."
    remedy = "`GET /fhir/metadata` lists what is."


class MethodUnsuitable(Problem):
    code, status, issue = "api.method-unsuitable", 405, "not-supported"
    title = "This address does not take that method."
    remedy = "The header `Allow` lists the methods it takes."


class FormatUnsuitable(Problem):
    code, status, issue = "api.format-unsuitable", 406, "not-supported"
    title = "This door speaks JSON only."
    remedy = "Send `Accept: application/fhir+json`."


class MediaUnsuitable(Problem):
    code, status, issue = "api.media-unsuitable", 415, "not-supported"
    title = "A body must be JSON."
    remedy = "Send `Content-Type: application/fhir+json`, or a form for `_search`."


class BodyTooLarge(Problem):
    code, status, issue = "api.body-too-large", 413, "too-long"
    title = "A body may have 16 MB at most."
    remedy = "Send the resources in several requests, or use `waypost import`."


class BodyUnreadable(Problem):
    code, status, issue = "api.body-unreadable", 400, "structure"
    title = "The body could not be read as one FHIR resource."
    remedy = "Send one JSON object in UTF-8, with each name once and without NUL."


class BodyMismatch(Problem):
    code, status, issue = "api.body-mismatch", 400, "invalid"
    title = "Type or id in the body differ from the address."
    remedy = "Send the same `resourceType` and `id` in both."


class IdUnsuitable(Problem):
    code, status, issue = "api.id-unsuitable", 400, "value"
    title = "That is not a FHIR id."
    remedy = "Ids have 1 to 64 letters, digits, hyphens and dots."


class ParameterUnknown(Problem):
    code, status, issue = "api.parameter-unknown", 400, "not-supported"
    title = "A search parameter is not known for this type."
    remedy = (
        "`GET /fhir/metadata` lists each type's parameters; without `Prefer: handling=strict` it is left out."
    )


class ParameterUnsuitable(Problem):
    code, status, issue = "api.parameter-unsuitable", 400, "value"
    title = "A search parameter's value cannot be read."
    remedy = "See docs/fhir.md for the form of each kind of parameter."


class ModifierUnknown(Problem):
    code, status, issue = "api.modifier-unknown", 400, "not-supported"
    title = "That modifier is not supported on this parameter."
    remedy = "See docs/fhir.md for the modifiers of each kind of parameter."


class SearchTooLarge(Problem):
    code, status, issue = "api.search-too-large", 400, "too-costly"
    title = "The search asks for too much at once."
    remedy = "Ask with fewer parameters or values."


class HeaderUnsuitable(Problem):
    code, status, issue = "api.header-unsuitable", 400, "value"
    title = "A header's value cannot be read."
    remedy = 'Version tags look like W/"3".'


class BundleUnsuitable(Problem):
    code, status, issue = "api.bundle-unsuitable", 400, "invariant"
    title = "The Bundle cannot be processed."
    remedy = "Send type `batch` or `transaction`, each entry with request.method and request.url."
