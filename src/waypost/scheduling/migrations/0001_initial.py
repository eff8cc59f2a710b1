from django.db import migrations

from waypost.kernel.sqltools import secure

# `starts`/`ends` are what the ordinary role may search by; `span` serves the constraint and the functions below,
# because `&&` is not leakproof and would not use its index under row-level security.
TABLES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE scheduling_booking (
  tenant int NOT NULL,
  appointment text COLLATE "C" NOT NULL,
  part int NOT NULL,                       -- place among the appointment's participants
  resource text COLLATE "C" NOT NULL,      -- 'Practitioner/x', 'Location/x', 'Device/x', 'Patient/x'
  starts timestamptz NOT NULL, ends timestamptz NOT NULL,  -- set-up and clean-up included
  shown_starts timestamptz NOT NULL, shown_ends timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('visit', 'hold', 'block')),
  lane int,                                -- NULL: booked by another system; kept, busy, never refused
  hold_until timestamptz,
  span tstzrange GENERATED ALWAYS AS (tstzrange(starts, ends)) STORED,
  PRIMARY KEY (tenant, appointment, part),
  CHECK (starts < ends),
  CONSTRAINT booking_no_overlap
    EXCLUDE USING gist (tenant WITH =, resource WITH =, lane WITH =, span WITH &&)
);
CREATE INDEX scheduling_booking_starts ON scheduling_booking (tenant, resource, starts);
CREATE INDEX scheduling_booking_foreign ON scheduling_booking USING gist (tenant, resource, span) WHERE lane IS NULL;
CREATE TABLE scheduling_visit_type (
  tenant int NOT NULL, code text COLLATE "C" NOT NULL, body jsonb NOT NULL, version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, code)
);
CREATE TABLE scheduling_calendar (
  tenant int NOT NULL, resource text COLLATE "C" NOT NULL, schedule text COLLATE "C" NOT NULL,
  body jsonb NOT NULL, version int NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, resource), UNIQUE (tenant, schedule)
);
-- What each process remembers of a resource is good as long as `n` is the same. Numbers come from a sequence and so
-- never come back, not even after a rollback.
CREATE SEQUENCE scheduling_change_n;
CREATE TABLE scheduling_change (
  tenant int NOT NULL, resource text COLLATE "C" NOT NULL, n bigint NOT NULL,
  PRIMARY KEY (tenant, resource)
);
"""

FUNCTIONS = """
CREATE FUNCTION scheduling_check_tenant(p_tenant int) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_tenant IS DISTINCT FROM waypost_tenant() THEN
    RAISE EXCEPTION 'another tenant''s schedule' USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- Everyone who changes the ledger takes the locks of all resources of the act in this order, first of all.
CREATE FUNCTION scheduling_lock(p_tenant int, p_resources text[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE r bigint;
BEGIN
  FOR r IN SELECT DISTINCT hashtextextended(p_tenant || '/' || x, 8) FROM unnest(p_resources) AS x ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(r);
  END LOOP;
END $$;

CREATE FUNCTION scheduling_touch(p_tenant int, p_resources text[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  INSERT INTO scheduling_change AS c (tenant, resource, n)
    SELECT p_tenant, x, nextval('scheduling_change_n')
    FROM (SELECT DISTINCT x FROM unnest(p_resources) AS x WHERE x NOT LIKE 'Patient/%' ORDER BY x) AS t
    ON CONFLICT (tenant, resource) DO UPDATE SET n = nextval('scheduling_change_n');
$$;

-- Is all that is wanted free? Takes the locks, answers with a lane for each, and keeps the locks; or answers with what
-- is taken and lets them go, so that the caller may choose again without waiting out of order.
-- Holds that have run out do not stand in the way; the caller closes them, so their resources are locked too.
CREATE FUNCTION scheduling_take(
  p_tenant int, p_lock text[], p_wanted json, p_ignore text[], p_now timestamptz, p_override boolean) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_lock text[] := p_lock; v_more text[]; v_lanes json; v_taken json; v_expired json;
BEGIN
  PERFORM scheduling_check_tenant(p_tenant);
  FOR attempt IN 1..20 LOOP
    BEGIN
      PERFORM scheduling_lock(p_tenant, v_lock);
      SELECT array_agg(DISTINCT o.resource) FILTER (WHERE NOT o.resource = ANY (v_lock)), json_agg(DISTINCT b.appointment)
        INTO v_more, v_expired
        FROM json_to_recordset(p_wanted) AS w(resource text, starts timestamptz, ends timestamptz)
        JOIN scheduling_booking b ON b.tenant = p_tenant AND b.resource = w.resource
         AND b.span && tstzrange(w.starts, w.ends) AND b.kind = 'hold' AND b.hold_until <= p_now
         AND NOT b.appointment = ANY (p_ignore)
        JOIN scheduling_booking o ON o.tenant = p_tenant AND o.appointment = b.appointment;
      IF v_more IS NOT NULL THEN
        RAISE EXCEPTION 'more' USING ERRCODE = 'WP001';
      END IF;
      SELECT json_agg(json_build_object('n', f.n, 'lane', f.lane)) FILTER (WHERE f.lane IS NOT NULL),
             json_agg(f.n) FILTER (WHERE f.lane IS NULL)
        INTO v_lanes, v_taken
        FROM (
          SELECT w.n, (
            SELECT min(g) FROM (
              SELECT generate_series(0, w.capacity - 1) UNION ALL
              SELECT generate_series(100, 163) WHERE p_override) AS t(g)
            WHERE NOT EXISTS (
              SELECT FROM scheduling_booking b
              WHERE b.tenant = p_tenant AND b.resource = w.resource AND b.span && tstzrange(w.starts, w.ends)
                AND (b.lane = t.g OR (t.g < 100 AND (b.lane IS NULL OR b.lane >= w.capacity OR b.kind = 'block')))
                AND NOT b.appointment = ANY (p_ignore)
                AND NOT (b.kind = 'hold' AND b.hold_until IS NOT NULL AND b.hold_until <= p_now))
          ) AS lane
          FROM json_to_recordset(p_wanted) AS w(n int, resource text, starts timestamptz, ends timestamptz, capacity int)
        ) AS f;
      IF v_taken IS NOT NULL THEN
        RAISE EXCEPTION 'taken' USING ERRCODE = 'WP002';
      END IF;
      RETURN json_build_object('lanes', v_lanes, 'expired', v_expired);
    EXCEPTION
      WHEN SQLSTATE 'WP001' THEN v_lock := v_lock || v_more;
      WHEN SQLSTATE 'WP002' THEN RETURN json_build_object('taken', v_taken);
    END;
  END LOOP;
  RETURN json_build_object('taken', (SELECT json_agg(w.n) FROM json_to_recordset(p_wanted) AS w(n int)));
END $$;

-- The projection of Appointments: what these versions held before goes, what they hold now comes.
CREATE FUNCTION scheduling_project(p_tenant int, p_appointments text[], p_rows json) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE v_resources text[];
BEGIN
  SELECT array_agg(resource) INTO v_resources FROM (
    SELECT resource FROM scheduling_booking WHERE tenant = p_tenant AND appointment = ANY (p_appointments)
    UNION SELECT r.resource FROM json_to_recordset(p_rows) AS r(resource text)) AS t;
  IF v_resources IS NULL THEN
    RETURN;
  END IF;
  PERFORM scheduling_lock(p_tenant, v_resources);
  DELETE FROM scheduling_booking WHERE tenant = p_tenant AND appointment = ANY (p_appointments);
  INSERT INTO scheduling_booking
      (tenant, appointment, part, resource, starts, ends, shown_starts, shown_ends, kind, lane, hold_until)
    SELECT p_tenant, r.appointment, r.part, r.resource, r.starts, r.ends, r.shown_starts, r.shown_ends, r.kind,
           r.lane, r.hold_until
    FROM json_to_recordset(p_rows) AS r(appointment text, part int, resource text, starts timestamptz,
      ends timestamptz, shown_starts timestamptz, shown_ends timestamptz, kind text, lane int, hold_until timestamptz);
  PERFORM scheduling_touch(p_tenant, v_resources);
END $$;

-- Rows of some resources that touch a stretch of time, by the index that row-level security would withhold.
CREATE FUNCTION scheduling_rows(p_tenant int, p_resources text[], p_from timestamptz, p_until timestamptz)
RETURNS SETOF scheduling_booking
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM scheduling_check_tenant(p_tenant);
  RETURN QUERY SELECT b.* FROM unnest(p_resources) AS x(resource)
    JOIN scheduling_booking b ON b.tenant = p_tenant AND b.resource = x.resource
     AND b.span && tstzrange(p_from, p_until);
END $$;
"""

NAMES = ["booking", "visit_type", "calendar", "change"]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("records", "0001_initial")]
    operations = [
        migrations.RunSQL(
            TABLES + "".join(secure(f"scheduling_{name}") for name in NAMES),
            "DROP TABLE " + ", ".join(f"scheduling_{name}" for name in NAMES) + "; DROP SEQUENCE scheduling_change_n",
        ),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION scheduling_rows, scheduling_project, scheduling_take, scheduling_touch, scheduling_lock,"
            " scheduling_check_tenant",
        ),
    ]
