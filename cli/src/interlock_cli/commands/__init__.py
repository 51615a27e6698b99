"""One module per command; each offers a click command under the name `command`. See `interlock_cli.main`."""
