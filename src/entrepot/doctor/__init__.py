"""`entrepot doctor`: gathers the facts that `rules/doctor` judges, a module for each subject; `table.py` has all."""
