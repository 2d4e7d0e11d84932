"""What must hold of answers at every commit."""

from collections.abc import Iterator

from ..verify import broken, invariant


@invariant("Q1", "Sensitive answers live apart: none among the others, and no other among them")
def sensitive_apart() -> Iterator[str]:
    """Answers in the wrong table."""
    yield from broken(
        """
        SELECT a.id FROM answer a JOIN question_version v ON v.id = a.version_id WHERE v.data_class = 'sensitive'
        """,
        "answer {id} is sensitive and lies among the others",
    )
    yield from broken(
        """
        SELECT a.id FROM sensitive_answer a JOIN question_version v ON v.id = a.version_id
        WHERE v.data_class <> 'sensitive'
        """,
        "sensitive answer {id} is an ordinary one",
    )


@invariant("Q2", "An answer points at a version of the question that it answers")
def answers_match_versions() -> Iterator[str]:
    """Answers whose version belongs to another question."""
    for table in ("answer", "sensitive_answer"):
        yield from broken(
            f"""
            SELECT a.id FROM {table} a JOIN question_version v ON v.id = a.version_id
            WHERE v.question_id <> a.question_id
            """,  # noqa: S608 -- our own tables
            f"{table} {{id}} answers another question than its version asks",
        )
