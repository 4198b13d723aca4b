"""SkyRL's Tinker API (JAX, CPU) without `uv run`: its engine starts with this Python. See start.sh for the options."""

import argparse
import sys

import skyrl.tinker.api as api
import uvicorn
from skyrl.tinker.config import EngineConfig, add_model, config_to_argv


def engine_command(_parent, config):
    return [sys.executable, "-m", "skyrl.tinker.engine", *config_to_argv(config)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_model(parser, EngineConfig)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--hold-seconds", type=float, default=300, help="how long a question for a result is held")
    options = vars(parser.parse_args())
    api._build_uv_run_cmd_engine = engine_command
    api.RETRIEVE_FUTURE_TIMEOUT_SECONDS = options["hold_seconds"]
    fields = {name: value for name, value in options.items() if name in EngineConfig.model_fields}
    api.app.state.engine_config = EngineConfig.model_validate(fields)
    # Longer than the client keeps a connection, so that the server never ends one that is about to be used again.
    uvicorn.run(api.app, host=options["host"], port=options["port"], timeout_keep_alive=75)


if __name__ == "__main__":
    main()
