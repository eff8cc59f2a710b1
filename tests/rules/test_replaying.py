"""A rule over the last month: what it would have made, also where the whole record was filed here yesterday."""

from datetime import timedelta

from tests.rules.facts_cases import ECHO, PERSON, TALK, ZONE, local, order, visit

from waypost.coordination.worklist.rules.answering import InForce
from waypost.coordination.worklist.rules.replaying import Came, by_own_dates, replay
from waypost.coordination.worklist.rules.table import BY_CODE

NOW = local("2026-11-24 10:00")
SINCE = NOW - timedelta(days=30)


def came(resource, at="2026-11-23 18:00"):
    return Came(local(at), (resource["resourceType"], resource["id"]), resource)


def made(rule, *versions):
    found, young = by_own_dates(versions, since=SINCE, zone=ZONE)
    one = BY_CODE[rule]
    shown = replay(InForce(one, one.defaults()), "p1", found, since=SINCE, until=NOW, zone=ZONE, visit_types={t["code"]: t for t in (TALK, ECHO)})
    return [(f"{m.at.astimezone(local('2026-11-24 00:00').tzinfo):%m-%d}", m.item.what) for m in shown], young


def test_what_was_filed_at_once_counts_from_its_own_date():
    found, young = made("referral-undated", came(PERSON), came(order("2026-11-02")))
    assert young
    assert found == [("11-02", "Book: Referral to cardiology has no date")]


def test_a_visit_that_was_missed_last_week_would_have_been_work_then():
    missed = {**visit("2026-11-16 09:00", status="noshow"), "created": "2026-11-01T10:00:00Z"}
    found, _ = made("no-show", came(PERSON), came(missed))
    assert [day for day, _ in found] == ["11-16"], "since its start, not since it was booked"


def test_a_record_that_is_older_than_the_month_is_replayed_version_by_version():
    found, young = made("referral-undated", came(PERSON, "2026-09-01 10:00"), came(order("2026-11-02"), "2026-11-20 09:00"))
    assert not young
    assert [day for day, _ in found] == ["11-20"]


def test_later_versions_keep_the_moment_at_which_they_came():
    done = {**order("2026-11-02"), "status": "completed"}
    found, _ = by_own_dates([came(PERSON), came(order("2026-11-02")), came(done, "2026-11-24 09:00")], since=SINCE, zone=ZONE)
    assert [c.at for c in found if c.key[0] == "ServiceRequest"] == [local("2026-11-02 00:00"), local("2026-11-24 09:00")]
