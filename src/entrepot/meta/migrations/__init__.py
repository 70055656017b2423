"""Forward only, one file a step; `entrepot.meta.schema.migrate` runs them."""
