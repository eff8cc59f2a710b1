"""Refusals."""

from waypost.kernel.problem import Problem


class NotPermitted(Problem):
    code, status, issue = "access.not-permitted", 403, "forbidden"
    title = "Your role may not do this."
    remedy = "A supervisor or an administrator can say who may."


class SignInNeeded(Problem):
    code, status, issue = "access.sign-in-needed", 401, "login"
    title, remedy = "Sign in first.", "At the FHIR door, send a bearer token that is still valid."


class ChartClosed(Problem):
    code, status, issue = "access.chart-closed", 403, "forbidden"
    title = "This chart opens with a reason."
    remedy = "Say why: the patient is on the phone, has arrived, or is on your worklist."


class ChartRestricted(Problem):
    code, status, issue = "access.chart-restricted", 403, "forbidden"
    title = "This chart is restricted."
    remedy = "Ask the records office; what is open to everyone (visits, contact, coverage) is still shown."
