#!/usr/bin/env bash
# RA-RFT against GRPO with adapters, through a server that start.sh has started and on the local engine, the same settings and seeds:
# world.sh URL [RUNS] [SEEDS] [--set key=value ...]. Goes on where it was stopped. `npx tsx bench/skyrl/curves.ts RUNS` prints what came of it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
url="${1:?usage: world.sh URL [RUNS] [SEEDS] [--set key=value ...]}"
runs="${2:-runs/skyrl}"
seeds="${3:-3}"
shift $(($# < 3 ? $# : 3))
for seed in $(seq "$seeds"); do
  common=(run --preset demo --config "$here/world.yaml" --seed "$seed" --runs "$runs" "$@")
  node "$root/dist/cli/main.js" "${common[@]}" --name "server-$seed" --set engine.kind=tinker --set engine.url="$url" \
    --set engine.model="$root/assets/base" --set engine.reduction=mean
  node "$root/dist/cli/main.js" "${common[@]}" --name "local-$seed"
done
