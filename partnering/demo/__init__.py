"""The sample events: real facts, invented people."""
