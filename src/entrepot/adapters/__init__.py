"""What stands between Entrepot and things outside it."""
