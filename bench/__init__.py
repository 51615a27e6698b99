"""Measurements, side by side in one run, as ratios: absolute figures belong to one machine on one day."""
