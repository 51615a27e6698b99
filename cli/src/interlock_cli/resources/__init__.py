"""A service's resources in its environments: which stacks it has is asked of the service, what is in them of AWS."""
