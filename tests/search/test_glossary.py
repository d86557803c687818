from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from minhbach_datasets.errors import DefinitionError
from minhbach_datasets.text import words
from minhbach_search.glossary import Glossary, glossary


def test_is_large_and_well_formed() -> None:
    assert len(glossary()) >= 300
    for term in glossary().values():
        for name in term.names:
            assert name == unicodedata.normalize("NFC", name).strip(), term.vi
            assert name, term.vi
        assert len(set(term.names)) == len(term.names), term.vi


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("land-use plan", "quy-hoach-su-dung-dat"),
        ("industrial park", "khu-cong-nghiep"),
        ("border gate economic zone", "khu-kinh-te-cua-khau"),
        ("investment incentives", "uu-dai-dau-tu"),
    ],
)
def test_english_terms_of_the_field(name: str, id_: str) -> None:
    typed = tuple(words(name))
    length, terms = glossary().longest_name(typed, 0, ())
    assert length == len(typed)
    assert id_ in [term.id for term in terms]


@pytest.mark.parametrize(
    "abbreviation",
    "UBND HĐND KKT KCN CCN TTHC QH SDĐ GRDP TP TX".split(),  # noqa: SIM905
)
def test_abbreviations_of_public_language(abbreviation: str) -> None:
    assert any(abbreviation in term.abbreviations for term in glossary().values())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[section]]", "id"),
        ('[[section]]\nid="a"\ntitle={vi="a",en="a"}\nterms=[{vi="x"}]', "terms.0.en"),
        (
            '[[section]]\nid="a"\ntitle={vi="a",en="a"}\nterms=[{vi="sở",en="x"},{vi="số",en="y"}]',
            "share an id",
        ),
        ("not toml", "Expected"),
    ],
)
def test_a_wrong_glossary_is_refused_with_its_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "made_up_glossary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=complaint):
        Glossary.read(path)
