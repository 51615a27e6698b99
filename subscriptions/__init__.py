"""WHAT IS HAPPENING: one LISTEN, bounded queues, replay from a cursor."""
