"""`organisation.yaml`: read with its lines, compared with the service, loaded through the mutations."""
