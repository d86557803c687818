"""Where the rows of a dataset come from, and how a messy file becomes its table: part of a definition."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, model_validator

from minhbach_datasets.frozen import Frozen

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ColumnName = Annotated[str, StringConstraints(pattern=r"^_?[a-z][a-z0-9_]{1,62}$")]


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression; it must match from the start of a text that is folded (lower case, no accents)."""


class LayoutColumn(Frozen):
    """Where one column of the dataset stands in a file, and how its values are read."""

    header: tuple[Pattern, ...]
    """Any of these begins the header, which is the text of all its rows from top to bottom."""
    offset: int = 0
    """The values stand so many columns to the right of that header (negative: to the left)."""
    optional: bool = False
    """The column may be absent; its values are then not published."""
    spelling: bool = False
    """Values are written in many ways; each is brought to the code or key it stands for."""
    aliases: dict[str, str] = {}
    """Value as the file has it -> value to publish, where no rule can tell."""
    remove: str | None = None
    """Regular expression of what is taken out of a value, such as a footnote mark."""
    split: str | None = None
    """What separates the elements of a list."""
    take: Literal["first", "last"] = "first"
    """Which of several columns under one header holds the value; where they differ the report says so."""
    fill_down: bool = False
    """A blank takes the value above it: the cell was merged, or only the first of a group was filled."""


class RowRule(Frozen):
    """Rows told by the text of one column; `$` matches a blank."""

    column: ColumnName
    matches: Pattern


class GroupRows(RowRule):
    """Rows that head the rows below them: their label becomes a column of those."""

    into: Name | None = None
    """The field that takes the label; where None the rows are only dropped."""
    label: ColumnName
    sums: bool = False
    """Their figures are the sums of the rows below, and are compared with them."""


class TotalRows(RowRule):
    """Rows that sum up the others: dropped, after their figures were compared with the sum."""

    tolerance: float = 0.005
    """How far a figure may be from the sum, as a share of it, before the report says so."""


class Unpivot(Frozen):
    """Columns that become rows: years side by side, or an indicator to each column."""

    header: Pattern
    """Its first group is what goes into the `into` column."""
    into: Name
    value: Name


class Layout(Frozen):
    """How a file is laid out. What is neither mapped, ignored nor dropped by a rule is a problem."""

    sheets: tuple[str, ...] = ()
    """Names of sheets, `*` for anything; the first that is there is read. The first table where empty."""
    records: tuple[str, ...] = ()
    """JSON: the path of keys to the records; values on the way are columns named `key.name`."""
    text_rows: str | None = None
    """Text: a regular expression; each match is a row, each named group a column."""
    header_start: Pattern | None = None
    """A cell that begins so is in the first row of the header; the first filled row where None."""
    header_cells: int = 1
    """How many cells of that row begin so."""
    header_rows: int | None = None
    """Rows of the header; where None it ends before the first row of figures."""
    columns: dict[ColumnName, LayoutColumn]
    """By field. A name that begins with an underscore is read for rules only."""
    spread_merged: bool = False
    """Every row of a cell that is merged downwards has its text; figures stay in the first row."""
    ignore: tuple[Pattern, ...] = ()
    """Headers of columns that are left out."""
    groups: tuple[GroupRows, ...] = ()
    totals: tuple[TotalRows, ...] = ()
    skip: tuple[RowRule, ...] = ()
    """Rows that are left out, such as minimum and maximum below a table."""
    notes_start: Pattern | None = None
    """A row whose first text begins so ends the table; it and what follows are footnotes."""
    unpivot: Unpivot | None = None
    units: dict[str, float] = {}
    """Folded text of a unit above the table -> what its figures are multiplied by."""
    scaled: tuple[Name, ...] = ()
    """The fields that are given in that unit."""
    decimal: Literal[".", ",", "by column"] = "."
    """The decimal mark of numbers that are texts; the other one groups thousands. By column: the mark
    that all of its texts can have; where they can have both, it must be said."""
    brackets: bool = False
    """A number in brackets is negative; where False it is taken for a footnote."""
    blanks: tuple[str, ...] = ("-", "–", "—", "…", "...", "….")
    """Texts that mean not reported."""
    dates: Literal["day_first", "month_first"] = "day_first"
    encoding: Literal["unicode", "tcvn3", "vni"] | None = None
    """Overrides what is guessed for texts that read well in several encodings."""


class SourceFile(Frozen):
    """One file of a source."""

    name: str
    """What comes after `base` in its address."""
    sha256: Sha256 | None = None
    """Pins the content; other content is refused."""
    layout: str = "main"
    sheets: tuple[str, ...] = ()
    """Instead of those of the layout."""
    unit: str | None = None
    """A unit of the layout, where the file does not say which it has."""
    set: dict[Name, str] = {}
    """Values that hold for every row of the file."""


class Source(Frozen):
    """Where the rows come from and which loader reads them."""

    loader: str
    file: str | None = None
    """A file beside the definition."""
    reads: tuple[Name, ...] = ()
    """Slugs of the datasets that a query reads; they are loaded before it."""
    base: str | None = None
    """Remote sources: the address that the names of files are appended to."""
    files: tuple[SourceFile, ...] = ()
    names: tuple[str, ...] = ()
    """Short for files that have nothing but a name."""
    set: dict[Name, str] = {}
    """Values that hold for every row of every file."""
    layouts: dict[str, Layout] = {}
    portal: str | None = None
    """CKAN: address of the portal."""
    organization: str | None = None
    query: str | None = None
    """CKAN: a filter query (`fq`) that chooses its packages."""

    @model_validator(mode="after")
    def _one_kind(self) -> Source:
        kinds = [self.file is not None, self.base is not None, self.portal is not None]
        if sum(kinds) != 1:
            raise ValueError("give one of: file, base (with files or names), portal")
        if self.derived and (self.file is None or not self.reads):
            raise ValueError("a query needs file and reads")
        if self.base is not None and not self.all_files:
            raise ValueError("base needs files or names")
        if self.base is not None and not re.match(r"https?://", self.base):
            raise ValueError("base must begin with https:// or http://")
        for file in self.all_files:
            if self.layouts and file.layout not in self.layouts:
                raise ValueError(f"file {file.name!r} names an unknown layout {file.layout!r}")
        return self

    @property
    def all_files(self) -> tuple[SourceFile, ...]:
        return self.files + tuple(SourceFile(name=name) for name in self.names)

    @property
    def derived(self) -> bool:
        """Its rows are those of other datasets, seen another way."""
        return self.loader == "query"

    @property
    def remote(self) -> bool:
        return self.file is None

    def url(self, file: SourceFile) -> str:
        """The address of one of its files."""
        return f"{self.base or ''}{file.name}"
