"""The engine inside the process: tantivy over a snapshot that lies in the release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Query as Lookup

from minhbach_datasets.law_id import LawNumber
from minhbach_datasets.text import common_tone_place, slug, words
from minhbach_search.engine import (
    FILTERS,
    MAX_FACET_VALUES,
    MAX_HITS,
    RANGES,
    SORT_FIELDS,
    Hit,
    Match,
    Page,
    Query,
    SearchDocument,
    SearchUnavailableError,
)
from minhbach_search.glossary import glossary
from minhbach_search.highlight import hit
from minhbach_search.query import Group, Plan, plan

_HEAP_BYTES = 128 << 20
_STORED_BODY = 2000
# How much more a match counts there.
_NUMBER, _NAME, _PHRASE, _TITLE, _ALSO, _EXACT, _BODY = 2000.0, 60.0, 12.0, 4.0, 3.0, 2.0, 1.0
_SYNONYM_SHARE = 0.6
"""What a synonym counts beside the words that were typed."""
_TEXTS = (("title", _TITLE), ("also", _ALSO), ("body", _BODY))
_FUZZY_FROM, _FUZZY_KNOWN_FROM = 3, 4
"""Letters a word needs before one wrong letter is forgiven: one that occurs nowhere, one that does."""
_SOME_SHARE = 0.6
"""Of the words, how many must be found when all of them are nowhere together."""
_NUMBERED = ["plans", "legal_documents", "procedures", "indicators"]
"""Kinds whose numbers are their own; those of other kinds are mentions."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in FILTERS:
        builder.add_text_field(name, stored=name == "kind", fast=True, tokenizer_name="raw")
    for name in ("number", "symbol", "name"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name, _ in _TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace")
    builder.add_text_field("exact", tokenizer_name="whitespace", index_option="freq")
    for name in RANGES:
        builder.add_float_field(name, indexed=True, fast=True)
    builder.add_unsigned_field("day", fast=True)
    builder.add_unsigned_field("weight", fast=True)
    builder.add_text_field("stored", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def write_index(documents: Iterable[SearchDocument], folder: Path) -> int:
    """Write the snapshot into an empty folder; returns the number of documents.

    The texts are folded here, so tantivy only splits at blanks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schema = _schema()
    index = tantivy.Index(schema, path=str(folder))
    writer = index.writer(_HEAP_BYTES, 1)
    count = 0
    for document in documents:
        count += 1
        writer.add_document(tantivy.Document.from_dict(_values(document), schema))
    writer.commit()
    writer.wait_merging_threads()
    return count


def _values(document: SearchDocument) -> dict[str, Any]:
    also = [name for names in document.also for name in names]
    texts = (*document.title, *also, document.body)
    plain = common_tone_place("\n".join(texts)).lower()
    return {
        "kind": document.kind,
        **{name: list(values) for name, values in document.filters.items()},
        **document.ranges,
        "number": list(document.numbers),
        "symbol": sorted(_symbols(document.numbers)),
        # The glossary explains a name; what bears it comes first.
        "name": []
        if document.kind == "glossary"
        else sorted({slug(name) for name in (*document.title, *also)}),
        "title": " ".join(words(" \n ".join(_distinct(document.title)))),
        "also": " ".join(words(" \n ".join(also))),
        "body": " ".join(
            words(f"{document.body} {' '.join(document.summary)} {document.keywords}")
        ),
        "exact": " ".join("".join(c if c.isalnum() else " " for c in plain).split()),
        "day": document.day,
        "weight": document.weight,
        "stored": json.dumps(
            [
                document.id,
                document.title,
                document.summary,
                [" · ".join(names) for names in document.also],
                document.body[:_STORED_BODY],
                document.verified,
            ],
            ensure_ascii=False,
        ),
    }


def _symbols(numbers: tuple[str, ...]) -> set[str]:
    parsed = (LawNumber.parse(key) for key in numbers)
    return {part for number in parsed if number for part in number.symbol if not part.isdigit()}


def _distinct(titles: tuple[str, str]) -> Iterator[str]:
    """A title that was not translated stands only once, else it would count twice."""
    return iter(dict.fromkeys(titles))


class EmbeddedEngine:
    """Searches one release's snapshot. Thread-safe: every search takes its own searcher."""

    def __init__(self, folder: Path, release: str) -> None:
        """Raises SearchUnavailableError for a snapshot that is not there or of another making."""
        try:
            self._index = tantivy.Index.open(str(folder))
        except ValueError as error:
            raise SearchUnavailableError(f"{folder}: {error}", "snapshot") from error
        if self._index.schema != _schema():
            raise SearchUnavailableError(f"{folder}: written by another version", "snapshot")
        self._schema = self._index.schema
        self._release = release

    def plan(self, text: str) -> Plan:
        """Read a query with the words of this release and the glossary."""
        return plan(text, _Words(self._schema, self._index.searcher()), glossary())

    def search(self, query: Query) -> Page:
        planned = self.plan(query.text)
        if planned.empty and query.text.strip():
            return Page(self._release, (), 0, {})
        search = _Search(self._schema, self._index.searcher(), planned, query, self._release)
        return search.page()


def _count(searcher: tantivy.Searcher, lookup: Lookup) -> int:
    found: Any = searcher.search(lookup, limit=1, count=True)
    return int(found.count)


class _Words:
    """What the planner asks about the words of the snapshot."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def knows(self, word: str) -> bool:
        return any(self._searcher.doc_freq(field, word) for field, _ in _TEXTS)

    def knows_phrase(self, phrase: tuple[str, ...]) -> int:
        lookup = Lookup.phrase_query(self._schema, "title", list(phrase))
        return _count(self._searcher, lookup)

    def knows_number(self, key: str) -> bool:
        return self._searcher.doc_freq("number", key) > 0

    def knows_symbol(self, word: str) -> bool:
        return self._searcher.doc_freq("symbol", word) > 0


class _Search:
    """One query on one searcher: a document address belongs to the searcher that gave it."""

    def __init__(
        self,
        schema: tantivy.Schema,
        searcher: tantivy.Searcher,
        planned: Plan,
        query: Query,
        release: str,
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._plan = planned
        self._query = query
        self._release = release
        lexicon = _Words(schema, searcher)
        self._unknown = {word for word in planned.words if not lexicon.knows(word)}

    def page(self) -> Page:
        """By number; as typed; with near spellings; most of the words: the first that finds anything.

        The filters have no say in which, so that choosing one never changes how a text was read.
        """
        match, lookup, total = self._first_that_finds()
        filtered = self._filtered(lookup)
        if filtered is not lookup:
            total = _count(self._searcher, filtered)
        order: dict[str, Any] = {"weight_by_field": "weight"}
        if self._query.sort != "relevance":
            order = {"order_by_field": SORT_FIELDS[self._query.sort]}
        found = self._searcher.search(
            filtered,
            limit=self._query.limit,
            offset=min(self._query.offset, MAX_HITS),
            count=False,
            **order,
        )
        hits = tuple(self._hit(address, near=match != "all") for _, address in found.hits)
        return Page(self._release, hits, total, self._facets(lookup, filtered), match)

    def _first_that_finds(self) -> tuple[Match, Lookup, int]:
        """How the text is read, what looks it up, and how many records that finds."""
        strict = lookup = self._lookup(frozenset())
        if self._plan.empty:
            return "all", strict, _count(self._searcher, strict)
        for match, lookup in self._stages(strict):
            if (total := _count(self._searcher, lookup)) > 0:
                return match, lookup, total
        return "all", lookup, 0

    def _stages(self, strict: Lookup) -> Iterator[tuple[Match, Lookup]]:
        if self._plan.numbers and not self._plan.is_code:
            yield "all", self._without_excluded(self._numbers())
        if not (self._plan.groups or self._plan.phrases):
            return
        unknown = frozenset(word for word in self._unknown if len(word) >= _FUZZY_FROM)
        every = unknown.union(word for word in self._plan.words if len(word) >= _FUZZY_KNOWN_FROM)
        if not self._unknown:
            yield "all", strict
        elif self._plan.open_ended and self._unknown == {self._plan.words[-1]}:
            # An unknown last word may be the beginning of a known one.
            yield "all", strict
        if unknown:
            yield "near", self._lookup(unknown)
        yield "near", self._lookup(every)
        yield "some", self._lookup(unknown, some=True)

    def _lookup(self, fuzzy: frozenset[str], *, some: bool = False) -> Lookup:
        planned = self._plan
        if planned.empty:
            return Lookup.all_query()
        if not (planned.groups or planned.phrases):
            return self._without_excluded(self._numbers())
        last = len(planned.groups) - 1
        groups = [
            self._group(group, fuzzy, is_open=planned.open_ended and position == last)
            for position, group in enumerate(planned.groups)
        ]
        required = [
            lookup
            for group, lookup in zip(planned.groups, groups, strict=True)
            if not group.optional
        ]
        optional = [
            (Occur.Should, lookup)
            for group, lookup in zip(planned.groups, groups, strict=True)
            if group.optional
        ]
        clauses: list[tuple[Occur, Lookup]] = []
        if some and len(required) > 1:
            most = Lookup.boolean_query(
                [(Occur.Should, lookup) for lookup in required],
                minimum_number_should_match=max(1, round(len(required) * _SOME_SHARE)),
            )
            clauses.append((Occur.Must, most))
        else:
            clauses += [(Occur.Must, lookup) for lookup in required]
        clauses += [(Occur.Must, self._phrase(phrase)) for phrase in planned.phrases]
        clauses += optional
        if planned.words:
            clauses += [(Occur.Should, lookup) for lookup in self._whole()]
        for word in planned.exact:
            term = Lookup.term_query(self._schema, "exact", word)
            clauses.append((Occur.Should, Lookup.boost_query(term, _EXACT)))
        found = Lookup.boolean_query(clauses)
        if planned.is_code:
            found = Lookup.boolean_query([(Occur.Should, found), (Occur.Should, self._numbers())])
        return self._without_excluded(found)

    def _numbers(self) -> Lookup:
        keys = [(Occur.Should, self._number(key)) for key in self._plan.numbers]
        return Lookup.boolean_query(keys)

    def _whole(self) -> list[Lookup]:
        """What a title that is, or holds, the whole query counts beside its words."""
        variants = self._plan.variants
        names = Lookup.term_set_query(self._schema, "name", ["-".join(v) for v in variants])
        phrases = [self._phrase(variant) for variant in variants if len(variant) > 1]
        if self._plan.open_ended and len(self._plan.words) > 1:
            phrases.append(
                Lookup.phrase_prefix_query(self._schema, "title", list(self._plan.words))
            )
        found = [Lookup.const_score_query(names, _NAME)]
        if phrases:
            found.append(Lookup.boost_query(Lookup.disjunction_max_query(phrases), _PHRASE))
        return found

    def _number(self, key: str) -> Lookup:
        lookup = Lookup.term_query(self._schema, "number", key)
        if self._plan.open_ended:
            begun = Lookup.regex_query(self._schema, "number", f"{key}.+")
            lookup = Lookup.boolean_query([(Occur.Should, lookup), (Occur.Should, begun)])
        own = Lookup.term_set_query(self._schema, "kind", _NUMBERED)
        return Lookup.boolean_query(
            [
                (Occur.Must, Lookup.const_score_query(lookup, _NUMBER)),
                (Occur.Should, Lookup.const_score_query(own, _NUMBER / 4)),
            ]
        )

    def _without_excluded(self, lookup: Lookup) -> Lookup:
        excluded = [
            Lookup.term_query(self._schema, field, word)
            for word in self._plan.excluded
            for field, _ in _TEXTS
        ]
        excluded += [self._phrase(phrase) for phrase in self._plan.excluded_phrases]
        if not excluded:
            return lookup
        return Lookup.boolean_query(
            [(Occur.Must, lookup), *((Occur.MustNot, each) for each in excluded)]
        )

    def _group(self, group: Group, fuzzy: frozenset[str], *, is_open: bool) -> Lookup:
        typed = [
            self._word(word, fuzzy, is_open=is_open and position == len(group.words) - 1)
            for position, word in enumerate(group.words)
        ]
        ways = [
            typed[0]
            if len(typed) == 1
            else Lookup.boolean_query([(Occur.Must, lookup) for lookup in typed])
        ]
        ways += [
            Lookup.boost_query(self._phrase(synonym), _SYNONYM_SHARE) for synonym in group.synonyms
        ]
        return ways[0] if len(ways) == 1 else Lookup.disjunction_max_query(ways, 0.1)

    def _word(self, word: str, fuzzy: frozenset[str], *, is_open: bool) -> Lookup:
        options: list[Lookup] = []
        # English plurals; Vietnamese words do not end in s.
        other = word[:-1] if word.endswith("s") and len(word) > 3 else f"{word}s"
        for field, boost in _TEXTS:
            term = Lookup.term_query(self._schema, field, word)
            options.append(Lookup.boost_query(term, boost))
            number = Lookup.term_query(self._schema, field, other)
            options.append(Lookup.boost_query(number, boost / 2))
            if is_open and len(self._plan.words) + len(word) > 2:
                begun = Lookup.regex_query(self._schema, field, word + ".+")
                options.append(Lookup.const_score_query(begun, boost / 2))
            if word in fuzzy:
                near = Lookup.fuzzy_term_query(
                    self._schema, field, word, distance=1, prefix=is_open and len(word) > 3
                )
                options.append(Lookup.const_score_query(near, boost / 4))
        return Lookup.disjunction_max_query(options, 0.1)

    def _phrase(self, phrase: tuple[str, ...]) -> Lookup:
        options = []
        for field, boost in _TEXTS:
            if len(phrase) == 1:
                found = Lookup.term_query(self._schema, field, phrase[0])
            else:
                found = Lookup.phrase_query(self._schema, field, list(phrase))
            options.append(Lookup.boost_query(found, boost))
        return Lookup.disjunction_max_query(options)

    def _filtered(self, lookup: Lookup, without: str | None = None) -> Lookup:
        """The lookup narrowed by the chosen filters, all but one where a facet counts its own."""
        chosen = [
            Lookup.term_set_query(self._schema, name, list(values))
            for name, values in self._query.filters.items()
            if values and name != without
        ]
        chosen += [
            Lookup.range_query(
                self._schema, name, FieldType.Float, lower_bound=low, upper_bound=high
            )
            for name, (low, high) in self._query.ranges.items()
        ]
        if not chosen:
            return lookup
        narrowed = [(Occur.Must, Lookup.const_score_query(each, 0.0)) for each in chosen]
        return Lookup.boolean_query([(Occur.Must, lookup), *narrowed])

    def _facets(self, lookup: Lookup, filtered: Lookup) -> dict[str, dict[str, int]]:
        """Counts of every facet; one that has a choice is counted without it."""
        own = [name for name in self._query.facets if self._query.filters.get(name)]
        shared = [name for name in self._query.facets if name not in own]
        counted = self._counted(filtered, shared)
        for name in own:
            counted |= self._counted(self._filtered(lookup, without=name), [name])
        return {name: counted[name] for name in self._query.facets}

    def _counted(self, lookup: Lookup, names: list[str]) -> dict[str, dict[str, int]]:
        if not names:
            return {}
        wanted = {name: {"terms": {"field": name, "size": MAX_FACET_VALUES}} for name in names}
        found = self._searcher.aggregate(lookup, wanted)
        return {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]}
            for name in names
        }

    def _hit(self, address: tantivy.DocAddress, *, near: bool) -> Hit:
        document = self._searcher.doc(address)
        id_, title, summary, also, body, verified = json.loads(str(document.get_first("stored")))
        language = 0 if self._query.language == "vi" else 1
        return hit(
            str(document.get_first("kind")),
            id_,
            title[language],
            summary[language],
            f"{also[language]}\n{body}".strip(),
            verified,
            self._plan,
            near=near,
        )
