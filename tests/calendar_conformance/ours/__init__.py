"""The suite against this product: its deeds played on a stage, its letters kept as other projects would keep theirs."""
