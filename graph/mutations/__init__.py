"""What may be changed: inputs, payloads, and the use-case behind each."""
