"""The law as dated, cited data: one folder a policy, one file a version."""
