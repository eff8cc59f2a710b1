"""What a caller can meet around documents."""

from waypost.kernel.problem import Problem


class NotOnFile(Problem):
    code, status, issue = "chart.document-not-here", 404, "not-found"
    title = "Only the entry is here; the document itself was never received."
    remedy = "Ask its author for it."


class WhoseIsIt(Problem):
    code, status, issue = "chart.document-without-patient", 422, "required"
    title, remedy = "The document has no patient yet.", "Find the patient it is about, then file it."


class NotToFile(Problem):
    code, status, issue = "chart.document-filed-already", 409, "conflict"
    title = "This document is no longer waiting to be filed."
    remedy = "Somebody has filed it or set it aside; its history says who."


class NothingToTakeApart(Problem):
    code, status, issue = "chart.document-not-split", 422, "value"
    title = "There is nothing to take apart like that."
    remedy = "Name pages that the document has, such as 1-2, 3: each part becomes a document of its own."


class NothingToJoin(Problem):
    code, status, issue = "chart.documents-not-joined", 422, "value"
    title, remedy = "Two documents or more make one.", "Tick those to be joined, in the order they came."
