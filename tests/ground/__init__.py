"""The files beside the rooms."""
