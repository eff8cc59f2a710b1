"""All test material through `waypost import`: each resource is kept and comes back equal, or is refused with a reason."""

import argparse
import gzip
import json
from itertools import islice

import pytest
from django.db import connection

from tests import shared_data
from waypost.cli import export, import_

WHOLE = {"document", "message"}


def take(tenant, folder, *paths):
    parser = argparse.ArgumentParser()
    import_.add_arguments(parser)
    names = ["--refused", str(folder / "refused"), "--dangling", str(folder / "dangling")]
    args = parser.parse_args([*map(str, paths), "--tenant", tenant.slug, *names])
    args.json = True
    refused = folder / "refused"
    refused.unlink(missing_ok=True)
    import_.run(args)
    return [json.loads(line) for line in refused.read_text().splitlines()] if refused.exists() else []


def give(tenant, folder):
    folder.mkdir()
    export.run(argparse.Namespace(folder=folder, gzip=False, type=[], tenant=tenant.slug, json=True))
    return {
        file.stem: [said(line) for line in file.read_text().splitlines()] for file in sorted(folder.iterdir())
    }


def said(text):
    """What a resource says, numbers as they are spelt, without version and instant."""
    return undressed(json.loads(text, parse_float=str))


def undressed(resource):
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in {"versionId", "lastUpdated"}}
    return {**{k: v for k, v in resource.items() if k != "meta"}, **({"meta": meta} if meta else {})}


def everything_kept(tenant):
    """Every version ever filed, by type and id."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waypost.tenant', %s, false)", [str(tenant.pk)])
        cursor.execute("SELECT type, id, body FROM records_version WHERE tenant = %s", [tenant.pk])
        for type_, id_, body in cursor.fetchall():
            found.setdefault((type_, id_), []).append(said(body))
    return found


def sources(*paths):
    """Yield (file, resource) as a plain reader sees them; urn: references among a Bundle's entries resolved."""
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = file.name.removesuffix(".gz")
            if not file.is_file() or not name.endswith((".json", ".ndjson")):
                continue
            raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            text = raw.decode("utf-8-sig")
            for one in text.splitlines() if name.endswith(".ndjson") else [text]:
                try:
                    top = json.loads(one, parse_float=str)
                except json.JSONDecodeError:
                    yield str(file), None
                    continue
                yield from ((str(file), resource) for resource in unpacked(top))


def unpacked(top):
    if not isinstance(top, dict) or top.get("resourceType") != "Bundle" or top.get("type") in WHOLE:
        yield top
        return
    entries = [one for one in top.get("entry", []) if "resource" in one]
    urns = {
        one["fullUrl"]: f"{one['resource']['resourceType']}/{one['resource'].get('id')}"
        for one in entries
        if one.get("fullUrl", "").startswith("urn:")
    }
    for one in entries:
        yield pointed(one["resource"], urns)


def pointed(value, urns):
    if isinstance(value, dict):
        return {
            k: urns.get(v, v) if k == "reference" and isinstance(v, str) else pointed(v, urns)
            for k, v in value.items()
        }
    return [pointed(each, urns) for each in value] if isinstance(value, list) else value


def check_all_are_kept_or_refused(tenant, folder, *paths):
    refused = take(tenant, folder, *paths)
    assert all(row["reasons"] and row["line"] for row in refused)
    refused_files = {row["file"] for row in refused}
    kept = everything_kept(tenant)
    count = 0
    for file, resource in sources(*paths):
        if not isinstance(resource, dict) or "resourceType" not in resource:
            assert file in refused_files
            continue
        id_ = resource.get("id")
        found = (
            kept.get((resource["resourceType"], id_))
            if id_
            else [{**one[0], "id": None} for one in kept.values()]
        )
        assert (
            undressed(resource) in (found or [])
            or {**undressed(resource), "id": None} in (found or [])
            or file in refused_files
        ), (
            file,
            resource["resourceType"],
            id_,
        )
        count += 1
    return count


def check_round_trip(new_tenant, tenant, folder):
    first = give(tenant, folder / "first")
    other = new_tenant()
    assert take(other, folder / "first", folder / "first") == []
    assert give(other, folder / "second") == first
    assert take(other, folder, folder / "first") == []
    assert give(other, folder / "third") == first


@pytest.mark.parametrize("name", ["fhir-conformance", "questionnaires"])
def test_published_material_is_kept_or_refused(name, tenant, new_tenant, tmp_path):
    assert check_all_are_kept_or_refused(tenant, tmp_path, shared_data.folder(name)) > 25
    check_round_trip(new_tenant, tenant, tmp_path)


def test_some_of_synthea_is_kept(tenant, new_tenant, tmp_path):
    folder = shared_data.folder("synthea")
    bundles = list(islice(sorted((folder / "bundles").glob("*.gz")), 0, None, 50))
    assert check_all_are_kept_or_refused(tenant, tmp_path, *bundles, folder / "bulk-10-patients") > 1000
    check_round_trip(new_tenant, tenant, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_all_of_synthea_is_kept(tenant, new_tenant, tmp_path):
    assert check_all_are_kept_or_refused(tenant, tmp_path, shared_data.folder("synthea")) > 80_000
    check_round_trip(new_tenant, tenant, tmp_path)
