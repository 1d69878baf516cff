"""`python -m tuireader`, and the command `tuireader`."""

import sys

from tuireader import early_terminal


def main() -> int:
    """Run the command line; ctrl+c works from the start, even while modules are still loading."""
    try:
        if early_terminal.opens_reader(sys.argv[1:]):
            early_terminal.take_terminal()
            if len(sys.argv) == 1:
                _show_last_screen()
        from tuireader.cli import main as run

        return run()
    except KeyboardInterrupt:
        early_terminal.restore()
        if sys.stderr.isatty():  # what was told of progress ends there
            sys.stderr.write("\n")
        return 130
    finally:
        early_terminal.restore()


def _show_last_screen() -> None:
    from tuireader import startup_frame

    startup_frame.paint()


if __name__ == "__main__":
    sys.exit(main())
