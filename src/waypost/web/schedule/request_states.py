"""How a request for an interpreter or a ride stands, in words and shape."""

from waypost.web.parts import Status

STATES = {
    "requested": Status("soon", "Asked for"), "received": Status("soon", "Asked for"), "accepted": Status("ok", "Confirmed"),
    "in-progress": Status("ok", "Confirmed"), "completed": Status("ok", "Confirmed"), "rejected": Status("late", "Not possible"),
    "cancelled": Status("", "No longer needed"), "failed": Status("late", "Not possible"), "draft": Status("soon", "To ask"),
    "on-hold": Status("soon", "Waiting"), "ready": Status("ok", "Confirmed"),
}  # fmt: skip
