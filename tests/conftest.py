"""Fixtures. The strategy: one release of the real catalogue, published once, serves every reading test;
what needs wrong or changing data builds its own tiny catalogue, whose rows are made up and say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mirror import build_mirror
from starlette.testclient import TestClient

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import LANGUAGES, Language
from minhbach_datasets.release import RELEASES, Release, current_id
from minhbach_ingest.__main__ import main as ingest
from minhbach_site import addresses
from minhbach_site.app import create_app
from minhbach_site.settings import Settings

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MINHBACH_TEST_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one published release of the real catalogue.

    Remote datasets come from a mirror of the real files; without those they stay out of the release.
    """
    folder = tmp_path_factory.mktemp("var")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MINHBACH_MIRROR", raising=False)
        if SHARED.is_dir():
            mirror = build_mirror(SHARED / "data" / "raw", tmp_path_factory.mktemp("mirror"))
            patch.setenv("MINHBACH_MIRROR", str(mirror))
        assert ingest(["--var", str(folder), "publish"]) == 0
    return folder


@pytest.fixture(scope="session")
def release(var: Path) -> Iterator[Release]:
    opened = Release(var / RELEASES / current_id(var))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def client(var: Path) -> Iterator[TestClient]:
    """The site over the real release, asking as a browser does; redirects are not followed."""
    app = create_app(Settings(var=var))
    with TestClient(
        app, headers={"accept": "text/html"}, follow_redirects=False, raise_server_exceptions=False
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def facts() -> Path:
    """The compiled facts that the embedded rows came from."""
    folder = SHARED / "data" / "facts"
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: the compiled facts cannot be compared")
    assert folder.is_dir(), f"{SHARED} is here but {folder} is not"
    return folder


@pytest.fixture(scope="session")
def mirror(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real files where a mirror of their sources has them."""
    return build_mirror(raw, tmp_path_factory.mktemp("mirror"))


@pytest.fixture
def has(release: Release) -> Callable[[str], None]:
    """Skips a test where the release lacks a remote dataset because the real files are not here."""

    def check(slug: str) -> None:
        if slug in release.manifest.absent and not SHARED.is_dir():
            pytest.skip(f"{SHARED} is not here: {slug} cannot be loaded")
        assert slug in release.catalogue, release.manifest.absent.get(slug)

    return check


@pytest.fixture(scope="session")
def raw() -> Path:
    """Real files of offices and portals, by topic."""
    folder = SHARED / "data" / "raw"
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: real files cannot be read")
    assert folder.is_dir(), f"{SHARED} is here but {folder} is not"
    return folder


_PORTAL = """
name = { vi = "Thử", en = "Test" }
purpose = { vi = "thử", en = "test" }
places_note = { vi = "thử", en = "test" }
key_figures = []
[[formal_names]]
name = { vi = "Thử", en = "Test" }
[publishers.made_up]
title = { vi = "Bịa", en = "Made up" }
[licences.made_up]
title = { vi = "Bịa", en = "Made up" }
url = "https://example.org/licence"
[themes]
made_up = { vi = "Bịa", en = "Made up" }
"""
_CODES = """
[unit]
ha = "ha"
[verified]
yes = "checked"
no = "not checked"
[tree_kind]
"thông" = "pine"
"sồi" = "oak"
"""
_HEAD = """
title = {{ vi = "{slug}", en = "{slug}" }}
noun = {{ vi = "bịa", en = "made up" }}
description = {{ vi = "bịa", en = "made up" }}
theme = "made_up"
publisher = "made_up"
licence = "made_up"
update_frequency = "never"
issued = 2026-01-01
modified = 2026-01-01
min_rows = 1
max_rows = 4
key = ["id"]
label = {{ vi = "name", en = "name" }}
columns = ["name"]
sort = "name"
caveats = []
legal_basis = []
source = {{ loader = "table", file = "data.csv" }}
"""
_FIELD = '[[fields]]\nname = "{}"\ntype = "{}"\ntitle = {{ vi = "{}", en = "{}" }}\n{}\n'
_HOUSE = _FIELD.format("source_url", "url", "Nguồn", "Source", "") + _FIELD.format(
    "verified", "string", "Đối chiếu", "Checked", 'codes = "verified"\nrequired = true'
)


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    """Definitions of two made-up datasets, trees that refer to parks, with three good rows each."""
    folder = tmp_path / "made_up_definitions"
    for slug in ("parks", "trees"):
        (folder / slug).mkdir(parents=True)
    (folder / "portal.toml").write_text(_PORTAL, encoding="utf-8")
    (folder / "codes.toml").write_text(_CODES, encoding="utf-8")
    fields = _FIELD.format("id", "string", "Mã", "Id", "required = true")
    fields += _FIELD.format("name", "string", "Tên", "Name", 'required = true\nsearch = "title"')
    parks = _HEAD.format(slug="parks") + fields
    parks += _FIELD.format("area", "number", "Diện tích", "Area", 'unit = "ha"\nminimum = 0')
    trees = _HEAD.format(slug="trees") + fields
    trees += _FIELD.format("park", "string", "Công viên", "Park", 'references = "parks"')
    trees += _FIELD.format("kind", "string", "Loài", "Kind", 'codes = "tree_kind"\nfacet = true')
    trees += _FIELD.format("planted", "date", "Trồng", "Planted", "")
    trees += _FIELD.format("seen_in", "list", "Thấy ở", "Seen in", 'references = "parks"')
    (folder / "parks/dataset.toml").write_text(parks + _HOUSE, encoding="utf-8")
    (folder / "trees/dataset.toml").write_text(trees + _HOUSE, encoding="utf-8")
    (folder / "parks/data.csv").write_text(
        "id,name,area,source_url,verified\n"
        "p1,Công viên Một,1.5,https://example.org/1,yes\n"
        "p2,Công viên Hai,,https://example.org/2,no\n"
        "p3,Công viên Ba,20,https://example.org/3,yes\n",
        encoding="utf-8",
    )
    (folder / "trees/data.csv").write_text(
        "id,name,park,kind,planted,seen_in,source_url,verified\n"
        "t1,Cây Một,p1,thông,2020-02-29,p1;p2,https://example.org/1,yes\n"
        "t2,Cây Hai,p1,sồi,,,https://example.org/2,yes\n"
        "t3,=HYPERLINK(1),,,2021-12-01,p3,https://example.org/3,no\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def change(made_up: Path) -> Callable[[str, str, str], Catalogue]:
    """Replace a text in one made-up file and read the catalogue again."""

    def replace(name: str, old: str, new: str) -> Catalogue:
        path = made_up / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return Catalogue.read(made_up)

    return replace


def _one_of_each(release: Release) -> Iterator[tuple[str, str]]:
    for slug in release.catalogue:
        yield slug, release.rows(f'SELECT _id FROM "{slug}" ORDER BY _id LIMIT 1 OFFSET 3')[0][0]


@pytest.fixture(scope="session")
def page_types(release: Release) -> dict[Language, list[str]]:
    """One address of every type of page, by language."""
    found: dict[Language, list[str]] = {}
    for language in LANGUAGES:
        paths = [pair[language] for pair in addresses.PAGES.values()]
        paths += [addresses.list_of(slug, language) for slug in release.catalogue]
        paths += [addresses.dataset(slug, language) for slug in release.catalogue]
        paths += [addresses.quality(slug, language) for slug in release.catalogue]
        paths += [addresses.record(slug, id_, language) for slug, id_ in _one_of_each(release)]
        found[language] = paths
    return found
