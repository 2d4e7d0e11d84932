"""Writing the programme as schedule JSON and XML (frab, pentabarf), as conference apps read them."""
