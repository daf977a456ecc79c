"""What is written about the tables comes from the spec: the reference, empty templates, ``datapackage.json``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from frictionless import Package, validate

from reeplan.inputs.describe import datapackage, main, package_text, reference, write_templates
from reeplan.inputs.load import load_tables
from reeplan.inputs.spec import SETTINGS, TABLES
from test_tables_case import CASE, case, lines_of, says

__all__ = ["case"]

INPUTS = Path(__file__).parent.parent / "inputs"
PLACES = (INPUTS, Path(__file__).parent / "hand_cases")
CASES = [path.parent for place in PLACES for path in place.glob("*/settings.csv")]


def test_the_reference_in_the_inputs_is_up_to_date() -> None:
    """If this fails: ``python -m reeplan.inputs.describe inputs``."""
    assert (INPUTS / "README.md").read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("path", sorted(INPUTS.glob("*/datapackage.json")), ids=lambda path: path.parent.name)
def test_the_data_package_of_a_case_is_up_to_date(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8")) == datapackage(path.parent)


def test_the_reference_names_every_table_column_and_setting() -> None:
    text = reference()
    for table in TABLES.values():
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        columns = SETTINGS if table.name == "settings" else table.columns
        assert all(f"| `{column.name}` |" in section for column in columns)
        assert table.meaning in section


def test_an_empty_case_is_readable_and_lacks_only_content(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    written = write_templates(folder)
    assert {path.name for path in written} == {f"{name}.csv" for name in TABLES} | {"README.md", "datapackage.json"}
    loaded = load_tables(folder)
    assert not loaded.warnings, says(loaded.warnings)
    told = {(Path(error.file).stem, error.column) for error in loaded.errors}
    empty_settings = sum(setting.required for setting in SETTINGS)
    assert told == {("settings", "value"), ("partners", ""), ("regions", ""), ("elements", ""), ("demand", "")}
    assert len(loaded.errors) == empty_settings + 4, says(loaded.errors)
    assert all("empty" in error.message or "no rows" in error.message for error in loaded.errors)


def test_an_empty_case_filled_with_rows_is_a_case(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    write_templates(folder)
    for table in CASE:
        header = (folder / f"{table}.csv").read_text(encoding="utf-8-sig").strip().split("\n")[0].split(",")
        given = lines_of(table)
        header += [name for name in given[0] if name not in header]
        rows = [[dict(zip(given[0], row, strict=True)).get(name, "") for name in header] for row in given[1:]]
        text = "\n".join(",".join(cells) for cells in [header, *rows])
        (folder / f"{table}.csv").write_text(text + "\n", encoding="utf-8-sig")
    loaded = load_tables(folder)
    assert not loaded.errors, says(loaded.errors)


def test_a_new_case_never_overwrites_anything(case: Path) -> None:
    before = {path.name: path.read_bytes() for path in case.iterdir()}
    with pytest.raises(FileExistsError, match="nothing was written"):
        write_templates(case)
    assert {path.name: path.read_bytes() for path in case.iterdir()} == before


def test_a_new_case_may_be_made_in_an_empty_folder(tmp_path: Path) -> None:
    assert write_templates(tmp_path)


def test_the_data_package_describes_the_columns_as_they_stand(case: Path) -> None:
    package = datapackage(case)
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert list(resources) == list(TABLES)
    for name, resource in resources.items():
        assert [field["name"] for field in resource["schema"]["fields"]] == lines_of(name)[0]
    demand = resources["demand"]["schema"]
    assert demand["primaryKey"] == ["region", "material", "year"]
    assert demand["foreignKeys"] == [{"fields": ["region"], "reference": {"resource": "regions", "fields": ["region"]}}]
    amount = next(field for field in demand["fields"] if field["name"] == "t_per_year")
    assert amount["type"] == "number"
    assert amount["unit"] == "t/yr"
    assert amount["constraints"] == {"required": True, "minimum": 0.0}
    thorium = next(field for field in resources["processes"]["schema"]["fields"] if field["name"] == "releases_thorium")
    assert thorium["type"] == "boolean"
    assert "uniqueKeys" in resources["disruptions"]["schema"], "its key has columns that may be empty"
    shares = [field for field in resources["baskets"]["schema"]["fields"] if field["name"] in ("Ce", "Nd", "Dy")]
    assert [field["constraints"]["maximum"] for field in shares] == [1.0, 1.0, 1.0]


def what_frictionless_finds(folder: Path) -> list[str]:
    """What the library says against the description of a folder and the tables that it describes."""
    report = validate(str(folder / "datapackage.json"))
    found = [error.message for part in (report, *report.tasks) for error in part.errors]
    assert report.valid == (not found)
    return found


@pytest.mark.parametrize("folder", sorted(CASES), ids=lambda path: path.name)
def test_frictionless_reads_every_case_by_its_data_package(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "case"
    shutil.copytree(folder, place)
    (place / "datapackage.json").write_text(package_text(place), encoding="utf-8")
    assert what_frictionless_finds(place) == []


def test_frictionless_finds_what_breaks_the_data_package(tmp_path: Path) -> None:
    place = tmp_path / "case"
    shutil.copytree(INPUTS / "tutorial", place)
    file = place / "demand.csv"
    header, first, *rest = file.read_text(encoding="utf-8-sig").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("region")], cells[header.split(",").index("t_per_year")] = "nowhere", "-1"
    file.write_text("\n".join([header, ",".join(cells), *rest]), encoding="utf-8")
    found = " ".join(what_frictionless_finds(place))
    assert "minimum" in found
    assert "foreign" in found.lower()


@pytest.mark.parametrize("name", ["new", "Über uns", "日本", "a b_c.d", "---"])
def test_the_data_package_of_a_new_case_is_valid_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    write_templates(tmp_path / name)
    text = (tmp_path / name / "datapackage.json").read_text(encoding="utf-8")
    assert [error.message for error in Package.metadata_validate(json.loads(text))] == []


def test_one_command_writes_the_reference_and_every_data_package(case: Path) -> None:
    main(case.parent)
    assert (case.parent / "README.md").read_text(encoding="utf-8") == reference()
    assert json.loads((case / "datapackage.json").read_text(encoding="utf-8")) == datapackage(case)
