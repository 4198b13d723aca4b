"""Imports the Parquet files beside this script into Trackio and opens its dashboard.

    pip install trackio pyarrow
    python show.py             # with --import-only: no dashboard

The database stands in this folder, unless TRACKIO_DIR names another one: the files are then taken from there.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TRACKIO_DIR", str(Path(__file__).resolve().parent))

from trackio.sqlite_storage import SQLiteStorage  # noqa: E402  (it reads TRACKIO_DIR when it is imported)

SQLiteStorage.import_from_parquet()
if "--import-only" not in sys.argv:
    import trackio

    trackio.show()
