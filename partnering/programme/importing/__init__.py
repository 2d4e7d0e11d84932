"""Reading a published schedule (frab, pretalx) and making the programme say what it says."""
