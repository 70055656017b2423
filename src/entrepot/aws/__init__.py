"""The AWS API: operation tables from botocore's model, validation, errors, and one function for each operation."""
