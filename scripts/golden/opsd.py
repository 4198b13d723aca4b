"""Numbers for src/distil/divergence.test.ts: divergences between two distributions and the gradient by the student's logits.

Two sources. `definition` is written here from the papers (arXiv 2601.18734, 2306.13649 Eq. 1), over probabilities, and differentiated
by torch; `opsd` is the authors' own generalized_jsd_loss, run from a clone (github.com/siyan-zhao/OPSD at COMMIT, which has no clip: the
clip that later versions apply to every token of the vocabulary before the sum, as their issue 2 says, is applied to its terms here).

git clone https://github.com/siyan-zhao/OPSD
venv/bin/python scripts/golden/opsd.py OPSD/.git > src/distil/testing/golden.json     (the venv of rl.py)
"""

import ast
import json
import subprocess
import sys

import torch
import torch.nn.functional as F

COMMIT = "590ec26c59e689a29840a501f65335578251b68c"
torch.manual_seed(7)
torch.set_default_dtype(torch.float64)

POSITIONS, VOCABULARY = 5, 9
student_logits = (2 * torch.randn(POSITIONS, VOCABULARY)).float().double()
teacher_logits = (student_logits + 1.5 * torch.randn(POSITIONS, VOCABULARY)).float().double()
teacher_logits[1] = student_logits[1]  # nothing to learn here

CASES = [
    {"kind": kind, "beta": beta, "topK": top_k, "clip": clip}
    for kind, beta in (("forward-kl", 0), ("reverse-kl", 1), ("jsd", 0.5), ("jsd", 0.2))
    for top_k in (0, 4)
    for clip in (0, 0.05)
]


def authors_function():
    source = subprocess.run(
        ["git", "--git-dir", sys.argv[1], "show", f"{COMMIT}:opsd_trainer.py"], capture_output=True, text=True, check=True
    ).stdout
    found = next(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name == "generalized_jsd_loss"
    )
    found.decorator_list = []
    space = {"torch": torch, "F": F}
    exec(compile(ast.Module(body=[found], type_ignores=[]), "opsd_trainer.py", "exec"), space)
    return space["generalized_jsd_loss"]


generalized_jsd_loss = authors_function()


def by_authors(student, teacher, beta, top_k):
    return generalized_jsd_loss(
        student.unsqueeze(0), teacher.unsqueeze(0), beta=beta, top_k=top_k or None, reduction="none"
    ).squeeze(0)


def by_definition(student, teacher, beta, top_k):
    """Terms over the vocabulary of beta KL(teacher || m) + (1 - beta) KL(student || m); the ends are the two KLs."""
    q, t = student.softmax(-1), teacher.softmax(-1)
    if top_k:
        kept = t.argsort(dim=-1, descending=True)[:, :top_k]
        q, t = q.gather(-1, kept), t.gather(-1, kept)
        q, t = q / q.sum(-1, keepdim=True), t / t.sum(-1, keepdim=True)
    if beta == 0:
        return t * (t / q).log()
    if beta == 1:
        return q * (q / t).log()
    m = beta * t + (1 - beta) * q
    return beta * t * (t / m).log() + (1 - beta) * q * (q / m).log()


def differentiated(terms_of, case):
    leaf = student_logits.clone().requires_grad_()
    terms = terms_of(leaf, teacher_logits, case["beta"], case["topK"])
    kept = terms.clamp(max=case["clip"]) if case["clip"] else terms
    loss = kept.sum() / POSITIONS
    loss.backward()
    return {"loss": loss.item(), "divergence": terms.sum().item(), "logitGradient": leaf.grad.tolist()}


print(
    json.dumps(
        {
            "commit": COMMIT,
            "torch": torch.__version__,
            "studentLogprobs": student_logits.log_softmax(-1).tolist(),
            "teacherLogprobs": teacher_logits.log_softmax(-1).tolist(),
            "cases": [
                {**case, "definition": differentiated(by_definition, case), "opsd": differentiated(by_authors, case)}
                for case in CASES
            ],
        },
        indent=1,
    )
)
