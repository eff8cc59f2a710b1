"""Accounts, roles, tenants, who may see and do what. `action` and `Permission` are what other rooms import."""

from waypost.access.acting import action
from waypost.access.permissions import Permission

__all__ = ["Permission", "action"]
