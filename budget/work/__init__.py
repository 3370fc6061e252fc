"""Long work in the background: studies carried out over processes, or by a Dask cluster."""
