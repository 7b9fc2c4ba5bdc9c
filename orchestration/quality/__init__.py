"""Whether a build may be released: expectations run on it, and the gate that reads them and everything else."""
