// How far seeds and step sizes agree: structures by letter, a table by seed, a grid for each seed.

function structureTable() {
  const { described, num_structures: number } = data.structures;
  const rows = described.map((found) => [
    letterChip(found.letter),
    counted(found.num_modules, "module") + `, ${counted(found.num_edges, "edge")}`,
    element("span", { class: "groups" }, braced(found.inputs)),
    element("span", { class: "groups" }, braced(found.outputs)),
    String(found.count),
    String(found.num_selected),
  ]);
  const shown = described.length < number ? `, the ${described.length} most frequent of ${number}` : "";
  return table(
    `Structures of all prunings${shown}`,
    ["structure", "module graph, chains as one", "inputs", "outputs", "prunings", "seeds that select it"],
    rows,
  );
}

function letterChip(letter) {
  const chip = element("span", { class: "letter" }, letter);
  tint(chip, letter);
  return chip;
}

function diversityTable() {
  const rows = summary.diversity.map((found, seed) => {
    const path = `diversity.${seed}`;
    const letters = data.structures.letters[seed];
    const recovered = found.structures.reduce((sum, each) => sum + (each.num_recovered ?? 0), 0);
    const selected = found.sparsest_structure;
    return [
      String(found.seed),
      field(`${path}.n`),
      field(`${path}.num_shown`),
      String(found.structures.length),
      field(`${path}.entropy_bits`),
      element("span", {}, field(`${path}.modal_share`), letters.length ? ` ${letters[0]}` : "", found.modal_tied ? ", tied" : ""),
      selected === null ? "–" : letterChip(letters[selected]),
      element("span", {}, verdict(found.sparsest_is_modal), found.sparsest_is_modal && found.modal_tied ? ", tied" : ""),
      ...(isLabelled ? [String(recovered)] : []),
    ];
  });
  return table(
    "Prunings of each seed: how many structures they show, and whether the sparsest network shows the most frequent",
    [
      "seed", "prunings", "with a structure", "different ones", "entropy, bits", "most frequent: share",
      "selected", "selected is most frequent", ...(isLabelled ? ["structure recovered"] : []),
    ],
    rows,
  );
}

function sortedNumbers(values) {
  return [...new Set(values)].sort((a, b) => a - b);
}

// Unit steps down, edge steps across; a cell shows alive edges and the letter of the structure.
function grid(seed) {
  const places = new Map();
  const runs = summary.runs.flatMap((run, place) => (run.seed === seed ? [[run, place]] : []));
  for (const [run, place] of runs) places.set(`${run.unit_step}/${run.edge_step}`, place);
  const unitSteps = sortedNumbers(runs.map(([run]) => run.unit_step));
  const edgeSteps = sortedNumbers(runs.map(([run]) => run.edge_step));
  const buttons = [];
  const cell = (unitStep, edgeStep) => {
    const place = places.get(`${unitStep}/${edgeStep}`);
    if (place === undefined) return element("td");
    const run = summary.runs[place];
    const letter = letterOf(run);
    const marks = run.selected ? ", selected" : run.tied ? ", tied" : "";
    const button = element(
      "button",
      {
        type: "button",
        class: `cell${run.selected ? " selected" : run.tied ? " tied" : ""}`,
        "data-run": place,
        "aria-pressed": "false",
        "aria-label": `Draw unit step ${unitStep}, edge step ${edgeStep}: ${run.alive_edges} edges, ` +
          `${letter === null ? "no structure" : `structure ${letter}`}${marks}`,
        click: () => showRun(place, { scroll: true }),
      },
      field(`runs.${place}.alive_edges`),
      element("b", {}, letter ?? "–"),
    );
    if (letter !== null) tint(button, letter);
    buttons.push(button);
    return element("td", {}, button);
  };
  const made = element(
    "table",
    { class: "grid" },
    element("caption", {}, `Seed ${seed}`),
    element(
      "thead",
      {},
      element("tr", {}, element("th", { scope: "col" }, "unit \\ edge"), edgeSteps.map((step) => element("th", { scope: "col" }, String(step)))),
    ),
    element(
      "tbody",
      {},
      unitSteps.map((unitStep) =>
        element("tr", {}, element("th", { scope: "row" }, String(unitStep)), edgeSteps.map((step) => cell(unitStep, step))),
      ),
    ),
  );
  roving(made, buttons, edgeSteps.length);
  return scroller(`Prunings of seed ${seed}`, made, "scroll plain");
}

function showAgreement() {
  byId("agreement-body").append(
    element(
      "p",
      {},
      "Two networks show the same structure when their inputs and outputs are parted alike and their module graphs, " +
        "chains as one, are the same. Equal letters are equal structures, also of different seeds.",
    ),
    isLabelled && summary.truth.inputs_optional
      ? element(
          "p",
          {},
          "Inputs may go unused here, so that hardly two networks part the same ones, and most have a letter of their own. " +
            "The table at the top of the page compares the inputs that all selected networks use.",
        )
      : "",
    structureTable(),
    diversityTable(),
    element("h3", {}, "Unit step by edge step"),
    element(
      "p",
      {},
      "Each cell is a pruning: its alive edges, and the letter of its structure; steps in percent. A thick frame marks the " +
        "network that is selected, a thin one those as sparse.",
      element("span", { class: "how" }, " A click draws it above; arrow keys move between cells."),
    ),
    element("div", { class: "grids" }, summary.settings.seeds.map(grid)),
  );
}
