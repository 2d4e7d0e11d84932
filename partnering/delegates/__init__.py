"""Partnering profiles: what people offer and seek, and the directory in which they find each other."""
