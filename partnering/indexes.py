"""By what rows are found: an index for each mixin's column, where no key or index begins with it anyway."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapper

Mixin = TypeVar("Mixin", bound=type[Any])


def found_by(column: str) -> Callable[[Mixin], Mixin]:
    """For a mixin of models: let their rows be found by its `column`."""

    def mark(mixin: Mixin) -> Mixin:
        def mapped(mapper: Mapper[Any], cls: type[Any]) -> None:
            table = mapper.local_table
            if not issubclass(cls, mixin) or not isinstance(table, sa.Table):
                return
            if not any(found[0] == column for found in whole_indexes(table)):
                sa.Index(None, table.c[column])

        event.listen(Mapper, "after_mapper_constructed", mapped)
        return mixin

    return mark


def whole_indexes(table: sa.Table) -> list[list[str]]:
    """The columns of each key and index by which any row of a table is found; expressions are ""."""
    keys = [each for each in table.constraints if isinstance(each, sa.PrimaryKeyConstraint | sa.UniqueConstraint)]
    indexes = [each for each in table.indexes if each.dialect_options["sqlite"].get("where") is None]
    return [[column.name for column in key.columns] for key in keys] + [
        [getattr(part, "name", "") for part in index.expressions] for index in indexes
    ]
