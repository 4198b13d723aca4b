#!/usr/bin/env python3
"""Stands for Python in a launch script: prints the arguments that it would have got, as JSON."""

import json
import sys

print(json.dumps(sys.argv[1:]))
