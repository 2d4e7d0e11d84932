"""Products, pools and claims."""
