"""What each role may do. One table; every door asks it."""

from enum import StrEnum


class Permission(StrEnum):
    PATIENT_REGISTER = "patient.register"
    PATIENT_UPDATE = "patient.update"
    PATIENT_MERGE = "patient.merge"
    APPOINTMENT_BOOK = "appointment.book"
    APPOINTMENT_OVERRIDE = "appointment.override"  # double booking, with a reason
    APPOINTMENT_STATUS = "appointment.status"  # arrive, no-show, cancel
    CALENDAR_EDIT = "calendar.edit"
    CHART_READ = "chart.read"
    CHART_WRITE = "chart.write"  # problems, medications, allergies
    CARE_TEAM_EDIT = "care-team.edit"
    DOCUMENT_FILE = "document.file"  # take papers in, file them, split and join them
    DOCUMENT_SORT = "document.sort"  # see those that are in no chart yet, which may be about anybody
    COVERAGE_EDIT = "coverage.edit"
    TASK_WORK = "task.work"
    WORK_BALANCE = "work.balance"  # see who has how much, and share it out
    LETTER_SEND = "letter.send"
    ORDER_ENTER = "order.enter"  # referrals and orders, for the clinician named; their steps and ends
    PAPER_PRINT = "paper.print"  # slips, labels, day sheets, packets
    RECORD_FILE = "record.file"  # any resource, by the FHIR door
    RECORD_DELETE = "record.delete"
    RECORD_IMPORT = "record.import"
    FORM_PARK = "form.park"  # shelve a half-done form of one's own
    UNDO = "undo"
    CLINIC_SET_UP = "clinic.set-up"
    RULE_SWITCH = "rule.switch"  # which rules make work
    AUDIT_READ = "audit.read"
    CHECK_IN_OWN = "check-in.own"  # a patient's own part of their check-in, by a link that was given to them


P = Permission
_DESK = {P.PATIENT_REGISTER, P.PATIENT_UPDATE, P.APPOINTMENT_BOOK, P.APPOINTMENT_STATUS, P.COVERAGE_EDIT, P.TASK_WORK,
         P.LETTER_SEND, P.ORDER_ENTER, P.PAPER_PRINT, P.UNDO, P.CHART_READ, P.DOCUMENT_FILE, P.FORM_PARK}
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "coordinator": frozenset(_DESK | {P.CARE_TEAM_EDIT, P.DOCUMENT_SORT, P.RECORD_FILE}),
    "scheduler": frozenset(_DESK | {P.RECORD_FILE}),
    "nurse": frozenset(_DESK | {P.CARE_TEAM_EDIT, P.CHART_WRITE, P.DOCUMENT_SORT, P.RECORD_FILE}),
    "clinician": frozenset(_DESK | {P.CARE_TEAM_EDIT, P.CHART_WRITE, P.RECORD_FILE}),
    "records": frozenset({P.ORDER_ENTER, P.PATIENT_REGISTER, P.PATIENT_UPDATE, P.PATIENT_MERGE, P.CHART_READ, P.TASK_WORK, P.UNDO,
                          P.DOCUMENT_FILE, P.DOCUMENT_SORT, P.FORM_PARK, P.PAPER_PRINT, P.RECORD_FILE, P.RECORD_DELETE}),
    "billing": frozenset({P.COVERAGE_EDIT, P.PATIENT_UPDATE, P.TASK_WORK, P.UNDO, P.LETTER_SEND,
                          P.FORM_PARK, P.PAPER_PRINT}),
    "supervisor": frozenset(_DESK | {P.CARE_TEAM_EDIT, P.PATIENT_MERGE, P.APPOINTMENT_OVERRIDE, P.CALENDAR_EDIT, P.RULE_SWITCH,
                                     P.DOCUMENT_SORT, P.RECORD_FILE, P.WORK_BALANCE}),
    "administrator": frozenset({P.CLINIC_SET_UP, P.CALENDAR_EDIT, P.RULE_SWITCH, P.RECORD_IMPORT, P.UNDO, P.FORM_PARK}),
    "auditor": frozenset({P.AUDIT_READ}),
    "client": frozenset({P.RECORD_FILE, P.RECORD_DELETE, P.APPOINTMENT_BOOK, P.APPOINTMENT_STATUS, P.PATIENT_REGISTER,
                         P.PATIENT_UPDATE, P.CHART_READ, P.DOCUMENT_SORT}),
    "patient": frozenset({P.CHECK_IN_OWN}),
    "proxy": frozenset({P.CHECK_IN_OWN}),
    "system": frozenset(Permission),
}


def allowed(roles: frozenset[str], permission: Permission) -> bool:
    return any(permission in ROLE_PERMISSIONS.get(role, frozenset()) for role in roles)
