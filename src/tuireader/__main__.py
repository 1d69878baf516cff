"""`python -m tuireader`, and what the command `tuireader` runs."""

import sys

from tuireader import hush


def main() -> int:
    """Run the command line; ctrl+c counts from the first moment on, while the rest is still being loaded."""
    try:
        if hush.opens_reader(sys.argv[1:]):
            hush.hush()
            if len(sys.argv) == 1:
                _show_last_screen()
        from tuireader.cli import main as run

        return run()
    except KeyboardInterrupt:
        hush.restore()
        if sys.stderr.isatty():  # what was told of progress ends there
            sys.stderr.write("\n")
        return 130
    finally:
        hush.restore()


def _show_last_screen() -> None:
    from tuireader import curtain

    curtain.lower()


if __name__ == "__main__":
    sys.exit(main())
