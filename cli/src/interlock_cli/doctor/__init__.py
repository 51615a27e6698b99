"""What `interlock doctor` looks at: a module each, named in `FINDERS`, with a function `findings` over a `Look`."""
