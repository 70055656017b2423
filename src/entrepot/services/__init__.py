"""What Entrepot does: transactions and decisions, shared by both doors, the command line and the jobs."""
