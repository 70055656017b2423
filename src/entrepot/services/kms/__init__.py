"""Keys of KMS: what the operations of its API decide, and what others need of them."""
