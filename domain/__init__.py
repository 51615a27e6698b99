"""WHAT IS TRUE: Interlock's rules over frozen values. Standard library only; no clock, no input or output."""
