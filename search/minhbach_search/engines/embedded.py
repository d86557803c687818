"""The engine inside the process: tantivy over a snapshot that lies in the release."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query as Lookup

from minhbach_datasets.law_id import LawNumber
from minhbach_datasets.text import nfc, words
from minhbach_search.engine import Hit, Page, Query, SearchDocument
from minhbach_search.highlight import marked
from minhbach_search.query import Plan, plan

_HEAP_BYTES = 64 << 20
_SNIPPET = 220
_MAX_OFFSET = 10_000
# How much more a match counts there. The number field holds whole document numbers.
_NUMBER, _PHRASE, _TITLE, _EXACT, _BODY = 400.0, 12.0, 4.0, 2.0, 1.0
_FUZZY_FROM = 4
"""Letters a word needs before one wrong letter is forgiven; most Vietnamese syllables are shorter."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("kind", stored=True, fast=True, tokenizer_name="raw")
    builder.add_text_field("number", tokenizer_name="raw")
    for name in ("title", "body", "exact"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    builder.add_unsigned_field("weight", fast=True)
    builder.add_text_field("stored", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def write_index(documents: Iterable[SearchDocument], folder: Path) -> int:
    """Write the snapshot; the texts are folded here, so tantivy only splits at blanks."""
    folder.mkdir(parents=True, exist_ok=True)
    schema = _schema()
    index = tantivy.Index(schema, path=str(folder))
    writer = index.writer(_HEAP_BYTES, 1)
    count = 0
    for document in documents:
        count += 1
        plain = nfc("\n".join((*document.title, document.body))).lower()
        values: dict[str, Any] = {
            "kind": document.dataset,
            "number": [key for number in document.numbers for key in _number_keys(number)],
            "title": " ".join(words(" ".join((*document.title, *document.numbers)))),
            "body": " ".join(words(f"{document.body} {' '.join(document.summary)}")),
            "exact": " ".join("".join(c if c.isalnum() else " " for c in plain).split()),
            "weight": document.weight,
            "stored": json.dumps(
                [
                    document.id,
                    document.title,
                    document.summary,
                    document.body[:2000],
                    document.verified,
                ],
                ensure_ascii=False,
            ),
        }
        writer.add_document(tantivy.Document.from_dict(values, schema))
    writer.commit()
    writer.wait_merging_threads()
    return count


def _number_keys(text: str) -> list[str]:
    """A number column may hold several numbers; each is found whole, in any spelling."""
    keys = {"-".join(words(text))}
    for part in text.replace("@", ";").split(";"):
        number = LawNumber.parse(part)
        if number is not None:
            keys.add(number.key)
    return sorted(key for key in keys if key)


class EmbeddedEngine:
    """Searches one release's snapshot. Thread-safe: every search takes its own searcher."""

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._schema = self._index.schema

    def search(self, query: Query) -> Page:
        planned = plan(query.text)
        if planned.empty:
            return Page((), 0, {})
        page = self._run(self._lookup(planned, fuzzy=False), planned, query)
        if page.total == 0 and not page.kinds:
            near = self._run(self._lookup(planned, fuzzy=True), planned, query)
            if near.kinds:
                return Page(near.hits, near.total, near.kinds, corrected=True)
        return page

    def _lookup(self, planned: Plan, *, fuzzy: bool) -> Lookup:
        clauses: list[tuple[Occur, Lookup]] = []
        for position, word in enumerate(planned.words):
            is_open = planned.open_ended and position == len(planned.words) - 1
            clauses.append((Occur.Must, self._word(word, is_open=is_open, fuzzy=fuzzy)))
        clauses += [(Occur.Must, self._phrase(phrase)) for phrase in planned.phrases]
        if len(planned.words) > 1:
            boosted = Lookup.boost_query(self._phrase(planned.words), _PHRASE)
            clauses.append((Occur.Should, boosted))
        for word in planned.exact_words:
            term = Lookup.term_query(self._schema, "exact", word)
            clauses.append((Occur.Should, Lookup.boost_query(term, _EXACT)))
        clauses += [
            (Occur.MustNot, Lookup.term_query(self._schema, field, word))
            for word in planned.excluded
            for field in ("title", "body")
        ]
        found = Lookup.boolean_query(clauses)
        if planned.number is None:
            return found
        number = Lookup.term_query(self._schema, "number", planned.number)
        whole = Lookup.const_score_query(number, _NUMBER)
        return Lookup.boolean_query([(Occur.Should, found), (Occur.Should, whole)])

    def _word(self, word: str, *, is_open: bool, fuzzy: bool) -> Lookup:
        options: list[Lookup] = []
        for field, boost in (("title", _TITLE), ("body", _BODY)):
            term = Lookup.term_query(self._schema, field, word)
            options.append(Lookup.boost_query(term, boost))
            if is_open and len(word) > 1:
                begun = Lookup.regex_query(self._schema, field, word + ".+")
                options.append(Lookup.const_score_query(begun, boost / 2))
            if fuzzy and len(word) >= _FUZZY_FROM:
                near = Lookup.fuzzy_term_query(self._schema, field, word, distance=1)
                options.append(Lookup.const_score_query(near, boost / 4))
        return Lookup.disjunction_max_query(options, 0.1)

    def _phrase(self, phrase: tuple[str, ...]) -> Lookup:
        options = []
        for field, boost in (("title", _TITLE), ("body", _BODY)):
            if len(phrase) == 1:
                found = Lookup.term_query(self._schema, field, phrase[0])
            else:
                found = Lookup.phrase_query(self._schema, field, list(phrase))
            options.append(Lookup.boost_query(found, boost))
        return Lookup.disjunction_max_query(options)

    def _run(self, lookup: Lookup, planned: Plan, query: Query) -> Page:
        searcher = self._index.searcher()
        counted = searcher.aggregate(lookup, {"kinds": {"terms": {"field": "kind", "size": 100}}})
        kinds = {bucket["key"]: bucket["doc_count"] for bucket in counted["kinds"]["buckets"]}
        total = sum(kinds.values())
        if query.kinds:
            total = sum(kinds.get(kind, 0) for kind in query.kinds)
            chosen = Lookup.term_set_query(self._schema, "kind", list(query.kinds))
            lookup = Lookup.boolean_query(
                [(Occur.Must, lookup), (Occur.Must, Lookup.const_score_query(chosen, 0.0))]
            )
        offset = min(query.offset, _MAX_OFFSET)
        found = searcher.search(
            lookup, limit=query.limit, count=False, offset=offset, weight_by_field="weight"
        )
        language = 0 if query.language == "vi" else 1
        hits = []
        for _score, address in found.hits:
            document = searcher.doc(address)
            record, title, summary, body, verified = json.loads(str(document.get_first("stored")))
            snippet = marked(summary[language], planned, limit=_SNIPPET)
            if not any(span.marked for span in snippet):
                # Where the summary does not show why this was found, the searched text may.
                found_in_body = marked(body.replace("\n", " · "), planned, limit=_SNIPPET)
                snippet = found_in_body if any(s.marked for s in found_in_body) else snippet
            hits.append(
                Hit(
                    dataset=str(document.get_first("kind")),
                    id=record,
                    title=marked(title[language], planned),
                    snippet=snippet,
                    verified=verified,
                )
            )
        return Page(tuple(hits), total, kinds)
