"""`python -m tuireader`, and what the command `tuireader` runs."""

import sys

from tuireader import curtain, hush


def main() -> int:
    """Run the command line; ctrl+c counts from the first moment on, while the rest is still being loaded."""
    try:
        if hush.opens_reader(sys.argv[1:]):
            hush.hush()
            if len(sys.argv) == 1:
                curtain.lower()
        from tuireader.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130
    finally:
        hush.restore()


if __name__ == "__main__":
    sys.exit(main())
