"""What takes whose time at which place, and what each person's calendar has been told of it."""
