// The answer in a sentence, how sure it is, and what the seeds agree on.

function numSeeds() {
  return summary.settings.seeds.length;
}

function ofSeeds(count, n = numSeeds()) {
  if (n === 1) return count ? "The one seed" : "The one seed does not";
  if (count === n) return `All ${n} seeds`;
  return count ? `${count} of ${n} seeds` : `None of ${n} seeds`;
}

function answer() {
  const { graph } = summary.consensus;
  const seeds = numSeeds();
  if (summary.selected.every((chosen) => chosen.alive_edges === null)) {
    return "No network reached the accuracy asked for, so there is no structure to show.";
  }
  if (graph.value === null) {
    return "No accepted network has a path from an input to an output.";
  }
  const recovered = summary.rates.structure_recovered?.first;
  const modules = `${counted(graph.value.inputs.length, "module")} and ${counted(graph.value.edges.length, "edge")} between them`;
  const shown = seeds === 1 ? `The network has ${modules}.`
    : graph.count === 1 ? `No two of ${seeds} seeds show the same structure.`
      : `${ofSeeds(graph.count)} show the same structure, ${modules}` +
        `${graph.tied ? "; another is shown as often" : ""}.`;
  if (!recovered || recovered.rate === null) return shown;
  const count = Math.round(recovered.rate * recovered.n);
  const what = (RULES[summary.truth.success_rule] ?? RULES.general).found;
  if (!count) return `No seed shows ${what}. ${shown}`;
  return `${ofSeeds(count)} ${count === 1 || seeds === 1 ? "shows" : "show"} ${what}.`;
}

function certainty() {
  if (summary.selected.every((chosen) => chosen.alive_edges === null)) {
    return ["Another learning rate, more epochs, wider layers or a lower threshold (a greater tolerance) may help."];
  }
  const readings = summary.rates.structure_recovered;
  if (readings && readings.first.rate !== null) {
    const path = "rates.structure_recovered";
    return [
      "Rate over ", field(`${path}.first.n`), " ", readings.first.n === 1 ? "seed" : "seeds", ": ",
      field(`${path}.first.rate`), ", with a 95 percent interval from ", field(`${path}.first.low`), " to ",
      field(`${path}.first.high`), ". Over all networks that tie as the sparsest of their seed: mean ",
      field(`${path}.mean.rate`), ", any ", field(`${path}.any.rate`), ", all ", field(`${path}.all.rate`), ".",
    ];
  }
  if (summary.consensus.graph.value === null) return [];
  return [
    "The task declares nothing to compare with: that seeds agree is the only sign that a structure is more than chance.",
  ];
}

// "3 of 4 seeds", of one part of the consensus.
function sharing(part) {
  const path = `consensus.${part}`;
  return [field(`${path}.count`), " of ", field(`${path}.n`), at(`${path}.tied`) ? " (another as often)" : ""];
}

// The task's rule may ask for less than the graph, or for more.
function byTheRule() {
  const { graph, num_recovered: recovered } = summary.consensus;
  if (typeof recovered !== "number" || recovered === (graph.is_true ? graph.count : 0)) return [];
  return [
    element(
      "p",
      { class: "quiet" },
      "By the task's rule, ", field("consensus.num_recovered"), " of the ", field("consensus.graph.count"),
      " with this graph recovered the structure.",
    ),
  ];
}

function sharedTable() {
  const { graph } = summary.consensus;
  if (graph.value === null) return [];
  // Networks that hardly use the same inputs agree on those that all of them use.
  const ofOne = summary.truth?.inputs_optional && summary.consensus.inputs.count > 1
    ? element("small", { class: "line quiet" }, "the sparsest of them; compared are the inputs that all use")
    : "";
  const values = {
    inputs: [braced(data.consensus.inputs), ofOne],
    outputs: braced(data.consensus.outputs),
    graph: `${counted(graph.value.inputs.length, "module")}, ${counted(graph.value.edges.length, "edge")}, chains as one`,
  };
  const names = { inputs: "inputs", outputs: "outputs", graph: "module graph" };
  return [
    table(
      numSeeds() === 1
        ? "What the selected network shows"
        : "What is most frequent over the seeds, in the network selected for each",
      ["part", "most frequent", "seeds", "different ones", ...(isLabelled ? ["as declared"] : [])],
      Object.keys(values).map((part) => [
        names[part],
        element("span", { class: "groups" }, values[part]),
        element("span", {}, sharing(part)),
        field(`consensus.${part}.num_distinct`),
        ...(isLabelled ? [verdict(summary.consensus[part].is_true)] : []),
      ]),
    ),
    ...byTheRule(),
  ];
}

function showAnswer() {
  const { seeds, unit_steps: unitSteps, edge_steps: edgeSteps } = summary.settings;
  byId("title").append(named(summary.task), ` ${summary.layer_sizes.join("-")}`);
  byId("grid").append(
    `${counted(summary.runs.length, "pruning")}: ${counted(seeds.length, "seed")} × ` +
      `${counted(unitSteps.length, "unit step")} × ${counted(edgeSteps.length, "edge step")}`,
  );
  byId("answer").append(answer());
  byId("certainty").append(...certainty());
  byId("shared").append(...sharedTable());
  if (data.left_out.length) {
    byId("left-out").append(data.left_out.join(" "));
    byId("left-out").hidden = false;
  }
}
