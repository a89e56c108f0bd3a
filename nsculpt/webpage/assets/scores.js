// Rates over seeds with their intervals, and the scores and accuracies of the selected networks.

const READINGS = ["first", "mean", "any", "all"];

// What a score says, in the words of the documentation.
const SCORES = {
  structure_recovered: "the paper's success, by the success rule of the task (see the question)",
  inputs_recovered: "the modules part the inputs as the task declares",
  outputs_recovered: "the modules part the outputs as the task declares",
  hidden_separable: "every live hidden unit serves one declared group of outputs alone",
  middle_separable: "in some hidden layer below the last, every live unit does",
  live_inputs_share: "share of all inputs that are used",
  level_input: "hierarchy figure: the inputs are recovered",
  level_single_intermediate: "hierarchy figure: one module without inputs and outputs, or one of all outputs",
  level_output: "hierarchy figure: the outputs are recovered",
  ari: "agreement of modules and declared groups: 1 the same, about 0 as by chance",
  nmi: "the same in shared information: 1 the same, 0 none",
  module_edge_precision: "share of the module graph's edges that are declared; where either has none: 1 if both have none, else 0",
  module_edge_recall: "share of the declared edges that are there; where either has none, as for precision",
  module_edge_f1: "harmonic mean of precision and recall",
  module_structural_distance: "edits from the module graph to the declared one; 0: the same",
};

// With one hidden layer there is none below the last.
function applies(score) {
  return score !== "middle_separable" || summary.layer_sizes.length > 3;
}

function scoreMeanings(names) {
  const terms = new Map();
  for (const name of names) {
    const key = SCORES[name] ? name : name.split("_").at(-1);
    if (SCORES[key]) terms.set(SCORES[name] ? readable(name) : readable(key), SCORES[key]);
  }
  return element("details", {}, element("summary", {}, "What the scores say"), pairs([...terms]));
}

// The interval as a line from 0 to 1, with a dot at the rate.
function intervalMark({ rate, low, high }) {
  const x = (value) => 4 + 72 * value;
  return drawn(
    "svg",
    { viewBox: "0 0 80 12", width: 80, height: 12, "aria-hidden": "true" },
    drawn("path", { d: "M4 6H76", stroke: "currentColor", "stroke-opacity": 0.2 }),
    drawn("path", { d: `M${x(low)} 6H${x(high)}`, stroke: colourOf(0), "stroke-width": 3 }),
    drawn("circle", { cx: x(rate), cy: 6, r: 4, fill: colourOf(0) }),
  );
}

function rateCell(score, reading) {
  const path = `rates.${keyed(score)}.${reading}`;
  const found = at(path);
  if (found.rate === null || found.low === null || found.high === null) return "not known";
  return element(
    "span",
    { class: "rate" },
    element("span", {}, field(`${path}.rate`), " [", field(`${path}.low`), ", ", field(`${path}.high`), "]"),
    intervalMark(found),
  );
}

function rateTable() {
  const scores = Object.keys(summary.rates).filter(applies);
  return table(
    "Share of seeds, with Wilson 95 percent intervals",
    ["score", "seeds", ...READINGS],
    scores.map((score) => [
      readable(score),
      field(`rates.${keyed(score)}.first.n`),
      ...READINGS.map((reading) => rateCell(score, reading)),
    ]),
    { class: "rates" },
  );
}

// Of the selected network of each seed, all that is scored against the truth.
function scoreTable() {
  const runs = selectedRuns();
  const known = runs.filter((place) => place >= 0 && summary.runs[place].scores);
  if (!known.length) return null;
  const names = Object.keys(summary.runs[known[0]].scores).filter(applies);
  return element("div", {}, scoreMeanings(names), table(
    "Scores of the selected networks",
    ["score", ...summary.selected.map((chosen) => `seed ${chosen.seed}`)],
    names.map((name) => [
      readable(name),
      ...runs.map((place) => {
        const value = place < 0 ? null : (summary.runs[place].scores ?? {})[name];
        return typeof value === "number" ? field(`runs.${place}.scores.${keyed(name)}`, 3) : verdict(value);
      }),
    ]),
  ));
}

// Of dense and selected networks, where a task is not to be right in full.
function accuracyTable() {
  if (!summary.dense) return null;
  const parts = ["validation", "test"].filter((part) => summary.dense.some((found) => found[part]));
  const shares = ["bits_right", "rows_right"];
  const heads = parts.flatMap((part) => shares.flatMap((share) => {
    const what = `${part}, ${readable(share)}`;
    return [`${what}: dense`, "selected"];
  }));
  const value = (list, seed, part, share) =>
    summary[list][seed] && summary[list][seed][part] ? field(`${list}.${seed}.${part}.${share}`, 4) : "–";
  return table(
    "Accuracy of the dense and of the selected network of each seed, as shares",
    ["seed", "alive edges", ...heads],
    summary.selected.map((chosen, seed) => [
      String(chosen.seed),
      field(`selected.${seed}.alive_edges`),
      ...parts.flatMap((part) => shares.flatMap((share) => [value("dense", seed, part, share), value("selected", seed, part, share)])),
    ]),
  );
}

function showScores() {
  const body = byId("rates-body");
  if (isLabelled && Object.keys(summary.rates).length) {
    body.append(
      element(
        "p",
        {},
        "Many networks of a seed tie as its sparsest. ",
        element("i", {}, "first"), ": the one that is selected; ", element("i", {}, "mean"), ": the share of the tied (its interval is approximate); ",
        element("i", {}, "any"), ": at least one of them; ", element("i", {}, "all"), ": every one.",
      ),
      rateTable(),
    );
  } else {
    body.append(element("p", { class: "quiet" }, "The task declares nothing about its structure, so that there are no rates."));
  }
  for (const made of [accuracyTable(), scoreTable()]) if (made) body.append(made);
}
