"""Why an import cannot begin with what it was given."""

from waypost.kernel.problem import Problem


class Unreadable(Problem):
    code, status, issue = "import.unreadable", 400, "structure"
    title = "The file, or the Bundle in it, cannot be read."
    remedy = "The refusals name the line; mend it there or convert the file to FHIR R4 in JSON."
