"""What organisers ask: sections, questions in versions, conditions, answers."""
