"""Import of transaction bundles, validated, one process."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

from bench import floors, inside
from bench.clinic import Clinic, run_command
from bench.result import Result

PATIENTS = 400  # fewer would measure what an import loads once
TABLES = (
    "records_version",
    "records_current",
    "records_token",
    "records_string",
    "records_ref",
    "records_date",
    "records_number",
)


def import_(clinic: Clinic) -> list[Result]:
    """Import the charts of some patients as transaction bundles under new ids."""
    folder = clinic.folder / "bundles"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    resources = sum(
        _bundle(clinic, folder / f"{n:04d}.json", id) for n, id in enumerate(clinic.ids("Patient", PATIENTS))
    )
    out = json.loads(run_command(clinic.folder, "import", str(folder), "--json").splitlines()[-1])
    result = Result("import", round(resources / out["seconds"], 1), "resources/s", n=resources)
    said = {name: value for name, value in out.items() if isinstance(value, int)}
    result.note = f"{len(list(folder.iterdir()))} bundles, by the command's own clock; said {said}"
    return [result.against("COPY of the same rows", _copy(clinic, resources))]


def _bundle(clinic: Clinic, path: Path, patient: str) -> int:
    """Write one patient's chart as a transaction, every id made new, and return how many resources it holds."""
    rows = clinic.rows(
        "SELECT c.type, c.id, v.body FROM records_current c JOIN records_version v USING (tenant, type, id, version) WHERE c.tenant = %s AND c.patient = %s AND NOT c.deleted AND c.type NOT IN ('Appointment', 'Task', 'Communication')",
        clinic.tenant,
        patient,
    )
    text = json.dumps(
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {
                    "fullUrl": f"{kind}/{id}",
                    "resource": _unnumbered(json.loads(body)),
                    "request": {"method": "PUT", "url": f"{kind}/{id}"},
                }
                for kind, id, body in rows
            ],
        }
    )
    for _, id, _ in rows:
        text = text.replace(id, f"b{id[1:]}" if not id.startswith("b") else f"c{id[1:]}")
    path.write_text(text)
    return len(rows)


def _unnumbered(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out our own record number, which belongs to one patient only."""
    if resource["resourceType"] == "Patient":
        others = [one for one in resource.pop("identifier", []) if one.get("system") != "urn:waypost:mrn"]
        return resource | ({"identifier": others} if others else {})
    return resource


def _copy(clinic: Clinic, resources: int) -> float:
    """COPY the rows of the newest resources out and into tables of the same shape and indexes; return resources a second."""
    clinic.db.execute("DROP SCHEMA IF EXISTS floor CASCADE")
    clinic.db.execute("CREATE SCHEMA floor")
    clinic.db.execute(
        "CREATE TABLE floor.chosen AS SELECT type, id FROM records_version WHERE tenant = %s ORDER BY seq DESC LIMIT %s",
        [clinic.tenant, resources],
    )
    held = {}
    for table in TABLES:
        clinic.db.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
        names = ", ".join(row[0] for row in clinic.rows(floors.COLUMNS, f"public.{table}"))
        with clinic.db.cursor().copy(
            f"COPY (SELECT {names} FROM public.{table} JOIN floor.chosen USING (type, id) WHERE tenant = {clinic.tenant}) TO STDOUT".encode()
        ) as out:
            held[table] = (names, b"".join(bytes(part) for part in out))
    began = time.perf_counter()
    with clinic.db.transaction():
        for table, (names, data) in held.items():
            with clinic.db.cursor().copy(f"COPY floor.{table} ({names}) FROM STDIN".encode()) as into:
                into.write(data)
    seconds = time.perf_counter() - began
    clinic.db.execute("DROP SCHEMA floor CASCADE")
    return round(resources / seconds, 1)


__all__ = ["import_", "inside"]
