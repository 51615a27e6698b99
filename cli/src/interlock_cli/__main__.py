"""`python -m interlock_cli` is the same program as `interlock`."""

from interlock_cli.main import cli

if __name__ == "__main__":
    cli(prog_name="interlock")
