#!/usr/bin/env bash
# A real SkyRL server (JAX, on the CPU) on 127.0.0.1: start.sh MODEL_FOLDER [PORT] [WORK_FOLDER]. See README.md.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
model="$(cd "${1:?usage: start.sh MODEL_FOLDER [PORT] [WORK_FOLDER]}" && pwd)"
port="${2:-8010}"
work="${3:-$here/work}"
mkdir -p "$work"
work="$(cd "$work" && pwd)"

# The first Python that is new enough; one that only stands in for a version that is not installed cannot say so.
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3.12 python3.13 python3.14 python3}; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 15))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "start.sh: SkyRL 0.4.0 wants Python 3.12 to 3.14, found none as ${PYTHON:-python3.12, python3.13, python3.14 or python3}; PYTHON=/path/to/python3.12 names one" >&2
  return 1
}

if [[ ! -e "$work/venv/ready" ]]; then
  python="$(find_python)"
  "$python" -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --no-deps --requirement "$here/requirements.txt"
  touch "$work/venv/ready"
fi

export HF_HUB_OFFLINE=1 JAX_PLATFORMS=cpu TOKENIZERS_PARALLELISM=false PYTHONPATH="$here/stand-ins"
# Programs compiled once are read by the next server.
export JAX_COMPILATION_CACHE_DIR="$work/compiled" JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1
default_backend='{"max_lora_adapters": 3, "max_lora_rank": 8, "train_micro_batch_size": 8, "sample_max_num_sequences": 64}'
exec "$work/venv/bin/python" "$here/serve.py" --backend jax --base-model "$model" --port "$port" \
  --hold-seconds "${HOLD_SECONDS:-300}" --database-url "sqlite:///$work/tinker.db" --checkpoints-base "$work/checkpoints" \
  --backend-config "${BACKEND_CONFIG:-$default_backend}"
