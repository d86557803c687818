"""Parquet with zstd; lists stay lists, dates stay dates."""

from __future__ import annotations

from pathlib import Path

import duckdb

from minhbach_datasets.catalogue import Catalogue
from minhbach_datasets.model import Dataset


def write(
    relation: duckdb.DuckDBPyRelation, dataset: Dataset, catalogue: Catalogue, path: Path
) -> None:
    """Write through pyarrow, which keeps each column's title and unit as field metadata."""
    import pyarrow.parquet as pq

    reader = relation.to_arrow_reader(65536)
    schema = reader.schema
    for index, field in enumerate(dataset.fields):
        metadata = {"title": field.title.en, "title_vi": field.title.vi}
        if field.unit:
            metadata["unit"] = field.unit
        schema = schema.set(index, schema.field(index).with_metadata(metadata))
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch.cast(schema))
