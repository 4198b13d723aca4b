"""Rewards for the prompts of this folder, in the signatures of verl (`compute_score`) and TRL (`answer_reward`).

A response is judged by a verifier service where one is named (POST <url>/v1/verify), else by Math-Verify where that is
installed. The two are never mixed: a service that is named and does not answer ends the training after some retries, since
another judge in the middle of it would change what is rewarded.

Environment (verl: also as reward_kwargs of the same names in lower case, without RA_RFT_):
  RA_RFT_VERIFY_URL      address of the service, up to but not with /v1/verify
  RA_RFT_VERIFY_TOKEN    sent to it as a bearer token (environment alone)
  RA_RFT_VERIFY_TIMEOUT  seconds that it has for an answer; default 60
  RA_RFT_UNVERIFIED      verl alone: what a response without a verdict gets, `zero` (default; counted as `unverified`) or
                         `raise`. TRL leaves such a response out.

`python3 reward.py` says "ready", reads lines {"gold", "response"} and writes a line {"verdict"} for each, by Math-Verify: the
other functions start it so, because its time limits work in the main thread of a process alone.
"""

import http.client
import json
import os
import queue
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "settings.json"), encoding="utf-8") as file:
    SETTINGS = json.load(file)

PAIRS_PER_REQUEST = 64
RETRIES = 5
JUDGES = 4
JUDGE_SECONDS = 30
START_SECONDS = 600
NOT_INSTALLED = 3


class VerifierError(RuntimeError):
    """No verifier can be asked, or it says what cannot be used."""


# verl and TRL


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **options):
    """verl: the score of one response, with `acc` and `unverified` beside it for the metrics."""
    pair = {"gold": ground_truth, "pred": solution_str, "problem": problem_of(extra_info or {})}
    reward, why = judge([pair], options)[0]
    if reward is None and option(options, "unverified", "zero") == "raise":
        raise VerifierError(f"no verdict for a response to {pair['problem']}: {why}")
    score = 0.0 if reward is None else reward
    return {"score": score, "acc": score, "unverified": float(reward is None)}


def answer_reward(prompts, completions, answer, **columns):
    """TRL: a reward for each completion; None, which TRL leaves out, where there is no verdict."""
    texts = [text if isinstance(text, str) else text[-1]["content"] for text in completions]
    names = ("problem_id", "question")
    rows = zip(*(columns.get(name) or [None] * len(texts) for name in names))
    problems = [problem_of(dict(zip(names, row))) for row in rows]
    pairs = [{"gold": gold, "pred": text, "problem": own} for gold, text, own in zip(answer, texts, problems)]
    return [reward for reward, _ in judge(pairs, {})]


def problem_of(info):
    return {"id": info.get("problem_id"), "question": info.get("question")}


# The judgement of pairs


def judge(pairs, options):
    """A reward or None with its reason for each pair."""
    pairs = [{**pair, "pred": whole_response(pair["pred"])} for pair in pairs]
    url = option(options, "verify_url", "")
    if url:
        chunks = [pairs[at : at + PAIRS_PER_REQUEST] for at in range(0, len(pairs), PAIRS_PER_REQUEST)]
        return [reward_of(verdict) for chunk in chunks for verdict in ask(url, chunk, options)]
    if SETTINGS["reward"]["kind"] == "module":
        raise VerifierError(
            f"the run is rewarded by {SETTINGS['reward']['module']}, which Math-Verify cannot stand for: "
            "name a service that runs it in RA_RFT_VERIFY_URL"
        )
    return [reward_of(verdict) for verdict in math_verify(pairs)]


def whole_response(text):
    """The response with the thinking that its prompt opened before it: a box in thinking that never ends is no answer."""
    thinking = SETTINGS["thinking"]
    if thinking is None:
        return text
    return "<think>" + thinking["text"][len(thinking["open"]) :] + text.replace(thinking["close"], "</think>")


def reward_of(verdict):
    """The reward of a verdict, or None with the reason where the verifier itself failed."""
    outcome, given = verdict.get("verdict"), verdict.get("reward")
    if outcome == "match":
        return (1.0 if given is None else float(given)), outcome
    if outcome == "partial":
        return float(given), outcome
    if outcome in ("mismatch", "no_answer", "too_costly"):
        return (0.0 if given is None else float(given)), outcome
    if outcome in ("gold_unparseable", "timeout", "error"):
        return None, verdict.get("reason") or outcome
    raise VerifierError(f"the verifier says {outcome!r}, which is no verdict")


def option(options, name, default):
    given = options.get(name)
    return given if given is not None else os.environ.get(f"RA_RFT_{name.upper()}", default)


# The service


def ask(url, pairs, options):
    """The verdicts of the service, in order. It is asked again where it does not answer, is busy or fails."""
    body = json.dumps(
        {
            "pairs": [{"id": number, **pair} for number, pair in enumerate(pairs)],
            "math": SETTINGS["reward"]["math"],
        }
    ).encode()
    for attempt in range(RETRIES):
        if attempt > 0:
            time.sleep(min(2.0**attempt, 30))
        try:
            status, text = post(url, body, float(option(options, "verify_timeout", 60)))
        except (OSError, http.client.HTTPException) as error:
            problem = f"{type(error).__name__}: {error}"
            continue
        if status == 200:
            return verdicts_of(text, len(pairs))
        problem = f"HTTP {status}: {text[:200]}"
        if status < 500 and status not in (408, 429):
            break
    raise VerifierError(f"the verifier at {url} gives no verdicts: {problem}")


def post(url, body, seconds):
    """One request, neither through a proxy nor after a redirect: the token is for this address alone."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise VerifierError(f"the address of the verifier is {url!r}: expected http://host:port")
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    headers = {"Content-Type": "application/json"}
    token = os.environ.get("RA_RFT_VERIFY_TOKEN")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = connect(parts.hostname, parts.port, timeout=seconds)
    try:
        connection.request("POST", f"{parts.path.rstrip('/')}/v1/verify", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def verdicts_of(text, count):
    try:
        verdicts = json.loads(text)["verdicts"]
        by_id = {verdict["id"]: verdict for verdict in verdicts}
        return [by_id[number] for number in range(count)]
    except (ValueError, KeyError, TypeError) as error:
        raise VerifierError(f"the verifier gives no verdict for each pair: {text[:200]}") from error


# Math-Verify, in processes of its own


def math_verify(pairs):
    with ThreadPoolExecutor(min(JUDGES, max(1, len(pairs)))) as threads:
        return list(threads.map(judged_in_process, pairs))


idle_judges: "queue.LifoQueue[subprocess.Popen]" = queue.LifoQueue()
judge_slots = threading.Semaphore(JUDGES)


def judged_in_process(pair):
    """The verdict of a process that lives on for the next pair; one that takes too long is ended."""
    with judge_slots:
        try:
            process = idle_judges.get_nowait()
        except queue.Empty:
            process = start_judge()
        question = json.dumps({"gold": pair["gold"], "response": pair["pred"]})
        line = answer_of(process, question + "\n", JUDGE_SECONDS)
        if line is None:
            return {"verdict": "timeout", "reason": f"the judge took longer than {JUDGE_SECONDS} seconds, or broke down"}
        idle_judges.put(process)
        return json.loads(line)


def start_judge():
    """A process that has loaded Math-Verify: what that takes is no part of a response's time."""
    process = subprocess.Popen(
        [sys.executable, os.path.abspath(__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    if answer_of(process, "", START_SECONDS) is not None:
        return process
    if process.wait() == NOT_INSTALLED:
        raise VerifierError("Math-Verify is not installed (pip install math-verify), and RA_RFT_VERIFY_URL names no service")
    raise VerifierError(f"Math-Verify cannot be loaded, or not within {START_SECONDS} seconds")


def answer_of(process, question, seconds):
    """The line that a process answers with, or None where it has ended; it is ended when its time is over."""
    limit = threading.Timer(seconds, process.kill)
    limit.start()
    try:
        process.stdin.write(question)
        process.stdin.flush()
        line = process.stdout.readline()
        if line.endswith("\n"):
            return line
        process.wait()
    except OSError:
        process.wait()
    finally:
        limit.cancel()
    return None


def judge_lines():
    """The process itself: a line with a verdict for every line with a pair."""
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        import math_verify as library
    except ImportError:
        sys.exit(NOT_INSTALLED)
    print("ready", file=out, flush=True)
    for line in sys.stdin:
        pair = json.loads(line)
        print(json.dumps(math_verdict(library, pair["gold"], pair["response"])), file=out, flush=True)


def math_verdict(library, gold, response):
    """As the run compares, as far as Math-Verify has the same options."""
    math = SETTINGS["reward"]["math"]
    closed = response.rfind("</think>")
    if response.rfind("<think>") > closed:
        return {"verdict": "no_answer"}
    said = response[closed + len("</think>") :] if closed >= 0 and math["afterThinking"] else response
    only_boxes = SETTINGS["reward"]["kind"] == "boxed"
    latex = library.LatexExtractionConfig(boxed_match_priority=0 if math["preferBoxed"] or only_boxes else 50)
    wanted = {"latex": latex, "expression": library.ExprExtractionConfig(), "letter": library.StringExtractionConfig()}
    targets = [latex] if only_boxes else [wanted[kind] for kind in math["kinds"]]
    try:
        letters = [wanted["letter"]] if "letter" in math["kinds"] else []
        right = library.parse(f"\\boxed{{{gold}}}", [wanted["latex"], wanted["expression"], *letters])
        if not right:
            return {"verdict": "gold_unparseable", "reason": f"Math-Verify cannot read the gold answer {gold!r}"}
        found = library.parse(said, targets) if not only_boxes or "\\boxed" in said else []
        if not found:
            return {"verdict": "no_answer"}
        same = library.verify(right, found, float_rounding=math["decimals"], strict=math["strictNames"])
        return {"verdict": "match" if same else "mismatch"}
    except Exception as error:  # what Math-Verify stumbles over says nothing of the response
        return {"verdict": "error", "reason": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    judge_lines()
