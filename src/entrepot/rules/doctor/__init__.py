"""What is wrong with a deployment, told from facts that were gathered elsewhere. Each area has a module of its own."""
