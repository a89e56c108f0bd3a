"""Tasks that no preset knows: 20 random ones, given as formulas, with the default settings."""

import random

import pytest

import nsculpt
from nsculpt import tasks
from nsculpt.sculpting import jobs


def expression(rng, names):
    """A random expression that reads each of `names` once."""
    negation = "!" if rng.random() < 0.2 else ""
    if len(names) == 1:
        return negation + names[0]
    cut = rng.randint(1, len(names) - 1)
    parts = (expression(rng, names[:cut]), expression(rng, names[cut:]))
    return f"{negation}({parts[0]} {rng.choice('&|^')} {parts[1]})"


def formulas(rng, num_inputs):
    """Sub-functions of 2 or 3 operands, then 1 to 4 outputs that read all that is unread."""
    known = [f"x{i}" for i in range(num_inputs)]
    unread, lines = list(known), []

    def add(name, least):
        chosen = rng.sample(unread, min(len(unread), least))
        others = [each for each in known if each not in chosen]
        chosen += rng.sample(others, min(len(others), rng.randint(2, 3) - min(len(chosen), 2)))
        lines.append(f"{name} = {expression(rng, chosen)}")
        unread[:] = [each for each in unread if each not in chosen]

    for index in range(rng.randint(1, num_inputs // 2)):
        add(f"s{index}", 2)
        known.append(f"s{index}")
        unread.append(f"s{index}")
    num_outputs = rng.randint(1, 4)
    for index in range(num_outputs):
        add(f"y{index}", len(unread) if index == num_outputs - 1 else 1)
    return "; ".join(lines)


def random_task(seed):
    """The first formulas of this seed on whose outputs every input has a say."""
    rng = random.Random(seed)
    while True:
        text = formulas(rng, 3 + seed % 6)
        try:
            return tasks.from_formulas(text, f"random_{seed}")
        except nsculpt.InputError:
            continue


@pytest.mark.slow
def test_random_tasks_are_learned_and_sculpted_with_the_default_settings():
    learned = 0
    for seed in range(20):
        task = random_task(seed)
        found = nsculpt.sculpt(task, seeds=[0], unit_steps=[20], edge_steps=[1])
        ((_, record),) = found.records.items()
        dense_bits = int(record.rounds["wrong_bits"][0])
        learned += dense_bits == 0
        edges = record.alive_edges
        print(f"{seed:2} {task.num_inputs} inputs, {task.num_outputs} outputs: dense network "
              f"{dense_bits} wrong of {found.num_bits}, {record.status}, {edges} edges, structure "
              f"recovered {found.rates['structure_recovered']['any']['rate']:.0f}: "
              f"{task.origin['formulas']}")  # fmt: skip
        assert record.status in (jobs.ACCEPTED, jobs.NOTHING_ACCEPTED)
    print(f"dense networks at 100 percent: {learned} of 20")
    assert learned >= 18
