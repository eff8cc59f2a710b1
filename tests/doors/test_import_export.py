"""`waypost import`, `export` and `reindex`, as their commands run."""

import argparse
import gzip
import json
from pathlib import Path

import pytest

from waypost.access import scopes
from waypost.cli import export, import_, reindex
from waypost.records import queries

PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Ito"}], "birthDate": "1970-01-02"}


def observation(id_, value="1.10", subject="Patient/p1"):
    return (
        f'{{"resourceType":"Observation","id":"{id_}","status":"final","code":{{"text":"x"}},"subject":{{"reference":"{subject}"}},'
        f'"valueQuantity":{{"value":{value}}}}}'
    )


@pytest.fixture
def clinic(tenant, context, tmp_path):
    return Clinic(tenant, context, tmp_path)


class Clinic:
    def __init__(self, tenant, context, folder):
        self.tenant, self.context, self.folder = tenant, context, folder
        self.facts = {}

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        return path

    def take(self, capsys, *paths):
        capsys.readouterr()
        parser = argparse.ArgumentParser()
        import_.add_arguments(parser)
        words = [*map(str, paths), "--tenant", self.tenant.slug]
        words += ["--refused", str(self.folder / "refused"), "--dangling", str(self.folder / "dangling")]
        for name in ("refused", "dangling"):
            (self.folder / name).unlink(missing_ok=True)
        args = parser.parse_args(words)
        args.json = True
        code = import_.run(args)
        self.facts = json.loads(capsys.readouterr().out)
        assert code == (1 if self.facts["refused"] else 0)
        return self.facts

    def rows(self, name):
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def give(self, folder, *, gzip=False):
        args = argparse.Namespace(folder=Path(folder), gzip=gzip, type=[], tenant=self.tenant.slug, json=True)
        assert export.run(args) == 0
        opened = __import__("gzip").open if gzip else open
        found = {}
        for path in sorted(Path(folder).iterdir()):
            with opened(path, "rt") as stream:
                found[path.name.partition(".")[0]] = stream.read().splitlines()
        return found

    def read(self, reference):
        type_, _, id_ = reference.partition("/")
        return queries.read_or_none(scopes.everything(self.context()), type_, id_)


def bundle(*entries, kind="transaction"):
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": list(entries)})


def entry(resource, full_url=None, method="POST"):
    made = {"resource": resource, "request": {"method": method, "url": resource.get("resourceType", "x")}}
    return made | ({"fullUrl": full_url} if full_url else {})


def test_a_bundle_is_taken_whole_and_its_urns_become_references(clinic, capsys):
    text = bundle(
        entry(PATIENT, "urn:uuid:11111111-1111-4111-8111-111111111111"),
        entry(
            json.loads(observation("o1", subject="urn:uuid:11111111-1111-4111-8111-111111111111"))
            | {
                "performer": [{"reference": "Practitioner?identifier=a|b"}],
                "identifier": [{"value": "urn:uuid:11111111-1111-4111-8111-111111111111"}],
            }
        ),
    )
    facts = clinic.take(capsys, clinic.write("b.json", text))
    assert (facts["new"], facts["equal"], facts["refused"]) == (2, 0, 0)
    kept = clinic.read("Observation/o1").resource
    assert kept["subject"]["reference"] == "Patient/p1"
    assert kept["performer"][0]["reference"] == "Practitioner?identifier=a|b"
    assert kept["identifier"][0]["value"].startswith("urn:uuid:")


def test_a_bundle_with_one_bad_entry_is_refused_whole_with_line_and_reason(clinic, capsys):
    text = '{{"resourceType":"Bundle","type":"transaction","entry":[\n{{"resource":{}}},\n{{"resource":{}}}]}}'.format(
        json.dumps(PATIENT),
        json.dumps(PATIENT | {"id": "p2", "gender": "banana"}),
    )
    facts = clinic.take(capsys, clinic.write("b.json", text))
    assert (facts["new"], facts["refused"]) == (0, 2)
    (row,) = clinic.rows("refused")
    assert (row["line"], row["entry"], row["type"], row["id"]) == (3, 1, "Patient", "p2")
    assert row["reasons"][0]["expression"] == "Patient.gender"
    assert clinic.read("Patient/p1") is None


def test_lines_stand_each_for_itself(clinic, capsys):
    lines = [
        json.dumps(PATIENT),
        "",
        '{"resourceType":"Patient","id":"bad id"}',
        observation("o1"),
        '{"resourceType":"Patient",',
        observation("o2", subject="Patient/nobody"),
    ]
    facts = clinic.take(capsys, clinic.write("x.ndjson.gz", "\n".join(lines)))
    assert (facts["new"], facts["refused"], facts["dangling"]) == (3, 2, 1)
    assert sorted(row["line"] for row in clinic.rows("refused")) == [3, 5]
    assert clinic.rows("dangling") == [{"from": "Observation/o2", "to": "Patient/nobody"}]
    assert '"value":1.10' in clinic.read("Observation/o1").text


def test_what_leads_nowhere_is_listed_of_what_was_imported_and_of_nothing_else(clinic, capsys):
    lost = [{"from": "Observation/o1", "to": "Patient/nobody"}]
    first = clinic.write("1.ndjson", observation("o1", subject="Patient/nobody"))
    for _ in range(2):  # the second time it is here already, and its reference leads nowhere still
        assert clinic.take(capsys, first)["dangling"] == 1
        assert clinic.rows("dangling") == lost
    later = clinic.write("2.ndjson", "\n".join([observation("o2", subject="Patient/p1"), json.dumps(PATIENT)]))
    assert clinic.take(capsys, later)["dangling"] == 0
    both = [clinic.write("3.ndjson", observation("o3", subject="Patient/p3")), later, first]
    assert clinic.take(capsys, *both)["dangling"] == 2
    assert clinic.rows("dangling") == [*lost, {"from": "Observation/o3", "to": "Patient/p3"}]
    bad = clinic.write(
        "4.json",
        bundle(
            entry(json.loads(observation("o4", subject="Patient/p4"))), entry(PATIENT | {"gender": "banana"})
        ),
    )
    assert clinic.take(capsys, bad)["dangling"] == 0  # refused, so nothing of it is here
    clinic.take(capsys, clinic.write("5.ndjson", json.dumps(PATIENT | {"id": "nobody"})))
    assert clinic.take(capsys, first)["dangling"] == 0


def test_a_second_run_changes_nothing_and_an_interrupted_one_goes_on(clinic, capsys):
    first = clinic.write("in/1.json", bundle(entry(PATIENT), entry(json.loads(observation("o1")))))
    clinic.write("in/2.ndjson", observation("o2") + "\n" + observation("o3"))
    clinic.write(
        "in/3.json",
        '{"resourceType":"Flag","status":"active","code":{"text":"no id"},"subject":{"reference":"Patient/p1"}}',
    )
    clinic.take(capsys, first)
    assert clinic.take(capsys, clinic.folder / "in")["new"] == 3
    before = clinic.give(clinic.folder / "out1")
    facts = clinic.take(capsys, clinic.folder / "in")
    assert (facts["new"], facts["equal"], facts["refused"]) == (0, 5, 0)
    assert clinic.give(clinic.folder / "out2") == before


def test_other_content_is_a_new_version_and_an_earlier_one_is_not_filed_again(clinic, capsys):
    one = clinic.write("1.json", observation("o1", "1.1"))
    two = clinic.write("2.json", observation("o1", "1.10"))
    assert clinic.take(capsys, one)["new"] == 1
    assert clinic.take(capsys, two)["new"] == 1
    assert clinic.take(capsys, one)["equal"] == 1
    assert clinic.read("Observation/o1").version == 2
    assert '"value":1.10' in clinic.read("Observation/o1").text


def test_one_resource_twice_in_a_bundle_makes_two_versions(clinic, capsys):
    text = bundle(*(entry(json.loads(observation("o1", value))) for value in ("1", "2", "2")))
    assert clinic.take(capsys, clinic.write("b.json", text))["new"] == 2
    assert clinic.read("Observation/o1").version == 2


def test_a_document_is_one_thing_and_stays_whole(clinic, capsys):
    composition = {
        "resourceType": "Composition", "id": "c", "status": "final", "type": {"text": "x"}, "date": "2020",
        "author": [{"display": "x"}], "title": "x",
    }  # fmt: skip
    document = {
        "resourceType": "Bundle", "id": "d", "type": "document", "timestamp": "2020-01-01T00:00:00Z",
        "identifier": {"system": "urn:x", "value": "1"}, "entry": [{"fullUrl": "urn:x:c", "resource": composition}],
    }  # fmt: skip
    assert clinic.take(capsys, clinic.write("d.json", json.dumps(document)))["types"] == {"Bundle": 1}


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("cut.json.gz", gzip.compress(json.dumps(PATIENT).encode(), mtime=0)[:-9], "gzip"),
        ("x.json", "{'resourceType':'Patient'}", "Expecting"),
        ("x.json", b'{"resourceType":"Patient","id":"\xff"}', "UTF-8"),
        ("x.json", '{"resourceType":"Patient","id":"a","id":"b"}', "twice"),
        ("x.json", '{"a":1}', "resourceType"),
        ("x.json", "", "Expecting"),
        ("x.xml", "<Patient/>", "XML"),
        ("x.json", bundle(entry(PATIENT, method="DELETE")), "asks for DELETE"),
        ("x.json", bundle(kind="nonsense"), "type of Bundle"),
        ("x.json", '{"resourceType":"Bundle","entry":[]}', "type"),
        (
            "x.json",
            '{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","x":1,"x":2}}]}',
            "twice",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason(clinic, capsys, name, content, word):
    path = clinic.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert clinic.take(capsys, path)["new"] == 0
    assert word in json.dumps(clinic.rows("refused"))


def test_an_export_taken_into_an_empty_clinic_gives_the_same_export(clinic, new_tenant, context, capsys):
    clinic.take(
        capsys,
        clinic.write(
            "a.ndjson",
            "\n".join(
                [json.dumps(PATIENT, indent=1).replace("\n", ""), observation("o2"), observation("o1")]
            ),
        ),
    )
    clinic.take(capsys, clinic.write("b.json", json.dumps(PATIENT | {"id": "p0"}, indent=2)))
    first = clinic.give(clinic.folder / "first")
    assert [json.loads(line)["id"] for line in first["Observation"]] == ["o1", "o2"]
    assert clinic.take(capsys, clinic.folder / "first")["new"] == 0
    other = Clinic(new_tenant(), context, clinic.folder / "other")
    other.folder.mkdir()
    assert other.take(capsys, clinic.folder / "first")["new"] == 4
    assert without_clothing(other.give(clinic.folder / "second", gzip=True)) == without_clothing(first)


def without_clothing(found):
    """What an export says, apart from version and instant."""
    kept = {}
    for type_, lines in found.items():
        kept[type_] = [json.loads(line, parse_float=str) for line in lines]
        for one in kept[type_]:
            one["meta"] = {
                k: v for k, v in one.get("meta", {}).items() if k not in {"versionId", "lastUpdated"}
            }
    return kept


def test_reindex_says_what_it_finds(clinic, capsys):
    from django.db import connection

    clinic.take(capsys, clinic.write("a.ndjson", json.dumps(PATIENT) + "\n" + observation("o1")))
    args = argparse.Namespace(tenant=clinic.tenant.slug, check=True, json=True)
    assert reindex.run(args) == 0
    scopes.everything(clinic.context())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waypost.tenant', %s, false)", [str(clinic.tenant.pk)])
        for table in ("token", "string", "ref", "date", "number"):
            cursor.execute(
                f"DELETE FROM records_{table} WHERE tenant = %s AND ctid = (SELECT min(ctid) FROM records_{table} WHERE tenant = %s)",
                [clinic.tenant.pk] * 2,
            )
        cursor.execute(
            "UPDATE records_current SET name = 'planted' WHERE tenant = %s AND type = 'Patient'",
            [clinic.tenant.pk],
        )
    capsys.readouterr()
    assert reindex.run(args) == 1
    found = {one["table"] for one in json.loads(capsys.readouterr().out)["differences"]}
    assert found == {f"records_{t}" for t in ("token", "string", "ref", "date", "number", "current")}
    assert reindex.run(argparse.Namespace(tenant=clinic.tenant.slug, check=False, json=True)) == 0
    assert reindex.run(args) == 0
