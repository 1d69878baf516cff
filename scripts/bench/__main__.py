"""Run as `python scripts/bench`: the folder that holds the package has to be on the path first."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.main import main  # noqa: E402 - only now can it be found

sys.exit(main())
