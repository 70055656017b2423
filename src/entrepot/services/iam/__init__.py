"""IAM: who there is in an account, and what policies say that they may do."""
