"""What leaves the gateway for people: notices by e-mail, and whatever else carries a few words."""
