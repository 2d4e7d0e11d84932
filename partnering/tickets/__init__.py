"""What can be bought: ticket types, prices, pools of capacity, and claims on them that can never be too many."""
