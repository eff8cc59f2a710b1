"""Making clinics, accounts and tokens: ordinary rows, no care data. Each is audited."""

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from waypost.access import tokens
from waypost.access.acting import action
from waypost.access.models import AccessToken, Account, Tenant
from waypost.access.permissions import ROLE_PERMISSIONS, Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.audit import actions as audit_actions
from waypost.audit.entries import entry
from waypost.kernel.clock import Clock, SystemClock
from waypost.kernel.context import Context, system_actor
from waypost.kernel.problem import Problem
from waypost.records import acts

NAME_CHARACTERS_MAX = 200


class ClinicUnknown(Problem):
    code, status, issue = "access.clinic-unknown", 404, "not-found"
    title = "There is no such clinic."


class AccountUnknown(Problem):
    code, status, issue = "access.account-unknown", 404, "not-found"
    title = "There is no such account."


class AccountRefused(Problem):
    code, status, issue = "access.account-refused", 422, "invalid"
    title = "That account cannot be made."


def tenants() -> list[Tenant]:
    return list(Tenant.objects.order_by("id"))


def tenant_named(slug: str | None) -> Tenant:
    """Return the clinic of that name; with no name, the only one."""
    if slug:
        found = Tenant.objects.filter(slug=slug).first()
        if found is None:
            raise ClinicUnknown(f"There is no clinic {slug!r} here; those there are: {', '.join(t.slug for t in tenants()) or 'none'}.")
        return found
    every = tenants()
    if not every:
        raise ClinicUnknown("There is no clinic here yet; run `waypost init` or `waypost demo` first.")
    if len(every) > 1:
        raise ClinicUnknown(f"There are {len(every)} clinics here; say which with --tenant: {', '.join(t.slug for t in every)}.")
    return every[0]


def context_of(tenant: Tenant, name: str, *, door: str = "cli", clock: Clock | None = None) -> Context:
    """Return the context of work that the named part of the program does for a clinic."""
    return Context(system_actor(name), tenant.pk, tenant.zone, clock or SystemClock(), door, purpose="HOPERAT")


@transaction.atomic
def make_tenant(name: str, zone: str, *, slug: str = "", phone: str = "", clock: Clock | None = None) -> Tenant:
    """Make a clinic; its slug comes from its name when none is given."""
    name = name.strip()
    slug = slug or slugify(name)[:50]
    if not name or len(name) > NAME_CHARACTERS_MAX or not slug:
        raise AccountRefused(f"A clinic needs a name of 1 to {NAME_CHARACTERS_MAX} characters with at least one Latin letter or digit.")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise AccountRefused(f"{zone!r} is no time zone; zones look like America/New_York.") from error
    if Tenant.objects.filter(slug=slug).exists():
        raise AccountRefused(f"There is a clinic {slug!r} here already; choose another name.")
    when = (clock or SystemClock()).now()
    tenant = Tenant.objects.create(slug=slug, name=name, zone=zone, phone=phone, created=when)
    _note(tenant, "clinic.make", tenant.slug)
    return tenant


@transaction.atomic
def make_account(tenant: Tenant, username: str, password: str, roles: list[str], *, display: str = "", practitioner: str = "",
                 site: str = "", email: str = "", check_password: bool = True, hashed: str = "") -> Account:
    """Make an account, or bring the one of that name in the same clinic to what is said here.

    `hashed` is the same password already hashed, where many accounts share one: hashing is slow on purpose.
    """
    unknown = sorted(set(roles) - (set(ROLE_PERMISSIONS) - {"system"}))
    if unknown:
        raise AccountRefused(f"There is no role {unknown[0]!r}; roles are {', '.join(sorted(set(ROLE_PERMISSIONS) - {'system'}))}.")
    account = Account.objects.filter(username=username).first() or Account(username=username, tenant=tenant)
    if account.tenant != tenant:
        raise AccountRefused(f"The sign-in {username!r} belongs to another clinic; choose another.")
    account.roles, account.display, account.practitioner, account.site, account.email = roles, display, practitioner, site, email
    try:
        account.full_clean(exclude=["password"])
        if check_password:
            validate_password(password, account)
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from error
    if hashed:
        account.password = hashed
    else:
        account.set_password(password)
    account.save()
    _note(tenant, "account.make", username)
    return account


@transaction.atomic
def issue_token(tenant: Tenant, username: str, *, scopes: list[str], note: str, life: timedelta, clock: Clock | None = None) -> str:
    """Return a new bearer token that carries an account's rights."""
    account = Account.objects.filter(tenant=tenant, username=username, is_active=True).first()
    if account is None:
        known = list(Account.objects.filter(tenant=tenant).order_by("username").values_list("username", flat=True)[:20])
        raise AccountUnknown(f"There is no account {username!r} in {tenant.slug}; those there are: {', '.join(known) or 'none'}.")
    token = tokens.issue(account, clock=clock or SystemClock(), scopes=scopes, note=note, life=life)
    _note(tenant, "token.issue", username, clock)
    return token


def _note(tenant: Tenant, act: str, about: str, clock: Clock | None = None) -> None:
    ctx = context_of(tenant, "command line", clock=clock)
    audit_actions.append(tenant.pk, [entry(ctx, act, what="Account", detail={"name": about})])


@action(Permission.CLINIC_SET_UP)
def add_account(ctx: Context, tenant: Tenant, username: str, password: str, roles: list[str], display: str,
                practitioner: str = "") -> Account:
    """Let another person sign in. Raises AccountRefused where the name is taken or the password too weak."""
    _of_here(ctx, tenant)
    if Account.objects.filter(username=username).exists():
        raise AccountRefused(f"The user name {username!r} is taken; choose another.")
    return make_account(tenant, username, password, roles, display=display, practitioner=practitioner)


@action(Permission.CLINIC_SET_UP)
def change_account(ctx: Context, account: Account, *, roles: list[str], display: str, practitioner: str, active: bool,
                   password: str = "") -> Account:
    """Change what an account may do, close or open it, set a new password.

    A closed account's sessions and tokens end at once, a new password ends its sessions. Nobody closes their own
    account or takes the administrator's role from themselves: a clinic keeps someone who can open it.
    """
    _of_here(ctx, account.tenant)
    own = ctx.actor.kind == "staff" and ctx.actor.id == str(account.pk)
    if own and (not active or "administrator" not in roles):
        raise AccountRefused("You cannot close your own account or give up being administrator; another administrator can.")
    account.roles, account.display, account.practitioner, account.is_active = roles, display, practitioner, active
    try:
        account.full_clean(exclude=["password"])
        if password:
            validate_password(password, account)
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from error
    if password:
        account.set_password(password)
    account.save()
    if not active:
        AccessToken.objects.filter(account=account, revoked=None).update(revoked=ctx.now)
    acts.note(ctx, entry(ctx, "account.change", what="Account", detail={"name": account.username}))
    return account


def _of_here(ctx: Context, tenant: Tenant | None) -> None:
    assert tenant is not None and tenant.pk == ctx.tenant, "accounts of another clinic are not found here"


def accounts_of(ctx: Context) -> list[Account]:
    """Return the clinic's accounts in order of name, open ones first. For administrators."""
    if not allowed(ctx.actor.roles, Permission.CLINIC_SET_UP):
        raise NotPermitted
    return list(Account.objects.filter(tenant_id=ctx.tenant).order_by("-is_active", "display", "username"))


def colleagues(tenant: int, permission: Permission) -> list[tuple[str, str]]:
    """Return those who can sign in here, are a Practitioner and may do that, as (id of the Practitioner, name)."""
    rows = Account.objects.filter(tenant_id=tenant, is_active=True).exclude(practitioner="").values_list("practitioner", "display", "username", "roles")
    return sorted(((who, display or name) for who, display, name, roles in rows if allowed(frozenset(roles), permission)), key=lambda one: one[1])


def anyone_may(tenant: int, permission: Permission) -> bool:
    """Say whether someone can sign in here who may do that."""
    open_ones = Account.objects.filter(tenant_id=tenant, is_active=True).values_list("roles", flat=True)
    return any(allowed(frozenset(roles), permission) for roles in open_ones)
