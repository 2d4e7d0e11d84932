"""What people agreed to: the text they saw, when, how, and until when it holds."""
