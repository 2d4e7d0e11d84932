"""Every page, in both languages, at two widths, in light and dark."""
