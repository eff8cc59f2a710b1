"""Floors: the least that the work could cost on this machine, measured in the same run."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.clinic import MEASURE_SECONDS, Clinic, environment, free_port, wait_until
from waypost.ops import binaries, load

BARE = """
import json, os, psycopg
with open(os.environ["WAYPOST_DATA_DIR"] + "/postgres/connection.json") as file:
    connection = psycopg.connect(json.load(file)["admin"], dbname="waypost", autocommit=True)
cursor = connection.cursor()
TENANT = int(os.environ["BARE_TENANT"])

def application(environ, start_response):
    key = environ["PATH_INFO"].rsplit("/", 1)[1]
    cursor.execute("SELECT v.body FROM records_current c JOIN records_version v USING (tenant, type, id, version)"
                   " WHERE c.tenant = %s AND c.type = 'Patient' AND c.id = %s", (TENANT, key), prepare=True)
    body = cursor.fetchone()[0].encode()
    start_response("200 OK", [("content-type", "application/fhir+json"), ("content-length", str(len(body)))])
    return [body]
"""


def bare_wsgi(clinic: Clinic, requests: list[bytes]) -> float:
    """Return how many of the same rows a second a bare WSGI callable hands out, two processes of one thread."""
    import itertools

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.py").write_text(BARE)
        port = free_port()
        environ = environment(clinic.folder) | {"BARE_TENANT": str(clinic.tenant), "PYTHONPATH": folder}
        command = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--workers",
            "2",
            "--blocking-threads",
            "1",
            "--no-ws",
            "bare:application",
        ]
        process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until(lambda: _answers(port, requests[0]), process)
            load.drive(port, itertools.cycle(requests), seconds=1)
            return load.drive(port, itertools.cycle(requests), seconds=MEASURE_SECONDS).rate
        finally:
            process.terminate()
            process.wait(30)


def _answers(port: int, request: bytes) -> bool:
    try:
        load.drive(port, iter([request]), connections=1)
    except OSError:
        return False
    return True


def sql(
    clinic: Clinic, script: str, *, clients: int = 8, seconds: float = MEASURE_SECONDS, role: str = "admin"
) -> float:
    """Return how many times a second pgbench runs a script, 8 connections, statements prepared."""
    url = getattr(clinic.connections, role)
    if role == "admin":
        url = url.rsplit("/", 1)[0] + "/waypost"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [
            str(binaries.bin_folder() / "pgbench"),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            "2",
            "-T",
            str(int(seconds)),
            "-f",
            file.name,
            url,
        ]
        environ = {**os.environ, "PGOPTIONS": f"-c waypost.tenant={clinic.tenant}"}
        done = subprocess.run(command, capture_output=True, text=True, env=environ)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise SystemExit(f"bench: the floor could not be measured: {done.stderr.strip().splitlines()[-1:]}")
    return float(found[1])


TABLES = {
    "records_version": "id", "records_current": "id", "records_token": "id", "records_string": "id", "records_ref": "id",
    "records_date": "id", "records_number": "id", "audit_entry": "seq",
}  # fmt: skip


def rows_again(clinic: Clinic, kind: str, id: str, *, extra: dict[str, str] | None = None) -> float:
    """Insert the rows of one resource again and again under new ids, into tables of the same shape and indexes.

    Return how many times a second. `extra` are the tables of projections, with the column that names the resource.
    """
    tables = TABLES | (extra or {})
    clinic.db.execute("DROP SCHEMA IF EXISTS floor CASCADE")
    clinic.db.execute("CREATE SCHEMA floor")
    clinic.db.execute("CREATE SEQUENCE floor.n START 1000000000")
    steps: list[str] = []
    own: dict[str, str]
    for table, key in tables.items():
        clinic.db.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)".encode())
        names = [str(row[0]) for row in clinic.rows(COLUMNS, f"public.{table}")]
        if table == "audit_entry":
            where, own = f"content::jsonb ->> 'what' = '{kind}/{id}'", {"seq": "nextval('floor.n')"}
        elif key == "id":
            where, own = f"type = '{kind}' AND id = '{id}'", {"id": "p_id"}
        else:
            where, own = f"{key} = '{id}'", {key: "p_id", "resource": "resource || p_id"}
        clinic.db.execute(
            f"CREATE TABLE floor.one_{table} AS SELECT {', '.join(names)} FROM public.{table} WHERE tenant = {clinic.tenant} AND {where}".encode()
        )
        chosen = ", ".join(own.get(name, name) for name in names)
        steps.append(
            f"INSERT INTO floor.{table} ({', '.join(names)}) SELECT {chosen} FROM floor.one_{table};"
        )
    clinic.db.execute(
        f"CREATE FUNCTION floor.again(p_id text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN {' '.join(steps)} END $$".encode()
    )
    rate = sql(clinic, "SELECT floor.again(gen_random_uuid()::text);\n")
    clinic.db.execute("DROP SCHEMA floor CASCADE")
    return rate


COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = '' AND attidentity = '' ORDER BY attnum"
)
