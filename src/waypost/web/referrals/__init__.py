"""Pages about referrals and orders."""
