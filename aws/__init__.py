"""HOW AWS IS REACHED: a session in an account, and never in another."""
