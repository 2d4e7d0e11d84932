"""`make bench`: what requests cost, each beside a floor that is measured in the same run."""
