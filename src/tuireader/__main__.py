"""`python -m tuireader`, and what the command `tuireader` runs."""

import sys


def main() -> int:
    """Run the command line; ctrl+c counts from the first moment on, while the rest is still being loaded."""
    try:
        from tuireader.cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
