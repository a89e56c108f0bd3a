// One network of the run: its drawing, its module graph, its modules, its pixels.

const BESIDE_GAP = 32; // pixels
const MOST_READERS = 12; // that are listed of a module
const viewer = { run: -1, figure: new NetworkFigure() };

function selectedRuns() {
  return summary.selected.map((chosen) =>
    summary.runs.findIndex((run) => run.selected && run.seed === chosen.seed),
  );
}

// The selected network whose structure most seeds show; of equals the sparsest.
function mostShared() {
  const found = selectedRuns().filter((place) => place >= 0);
  const letters = found.map((place) => letterOf(summary.runs[place]));
  const share = (letter) => (letter === null ? 0 : letters.filter((other) => other === letter).length);
  const rank = (i) => share(letters[i]) * 1e9 - summary.runs[found[i]].alive_edges;
  let best = 0;
  for (let i = 1; i < found.length; i += 1) if (rank(i) > rank(best)) best = i;
  return found.length ? found[best] : -1;
}

function whyNotDrawn(run) {
  if (run.live_edges === 0) return "No path leads from an input to an output of this network.";
  return [
    "The drawing of this network was left out to keep the page small. This draws it: ",
    element("code", {}, drawCommand(run)),
  ];
}

// The run folder, where this page lies in it; in the quotes of a shell.
function folder() {
  if (location.protocol !== "file:") return "RUN_FOLDER";
  let path = location.pathname;
  try {
    path = decodeURIComponent(path);
  } catch {
    // a name that is not of Unicode stays as it is
  }
  path = printable(path.replace(/\/[^/]*$/, "") || "/");
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function drawCommand(run) {
  return (
    `python -m launch.analyze --network=${folder()} --seed=${run.seed} ` +
    `--unit_step=${run.unit_step} --edge_step=${run.edge_step}`
  );
}

function showViewer() {
  const options = summary.selected.map((chosen, place) => [place, String(chosen.seed)]);
  const runs = selectedRuns();
  const chooser = choice("Selected network of seed", "viewer-seed", options, -1, (place) => {
    showRun(runs[place]);
    if (data.trajectories[place]) openCourse(place); // what led to it
  });
  chooser.querySelectorAll("input").forEach((input, place) => {
    input.disabled = runs[place] < 0;
  });
  byId("viewer").append(
    chooser,
    element("h3", { id: "shown", "aria-live": "polite" }),
    element("p", { id: "shown-facts" }),
    element("div", { id: "shown-figures", class: "figures" }),
    element("div", { id: "shown-modules" }),
  );
  const first = mostShared();
  if (first >= 0) showRun(first);
  else byId("shown").append("No network to show");
}

function showRun(place, { scroll = false } = {}) {
  viewer.run = place;
  const run = summary.runs[place];
  const runs = selectedRuns();
  document.querySelectorAll("input[name=viewer-seed]").forEach((input, i) => {
    input.checked = runs[i] === place;
  });
  byId("shown").replaceChildren(
    `Seed ${run.seed}, unit step ${run.unit_step}, edge step ${run.edge_step}`,
  );
  byId("shown-facts").replaceChildren(...factsOf(run, place));
  drawViewer();
  for (const button of document.querySelectorAll("[data-run]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.run) === place));
  }
  if (scroll) {
    byId("network").scrollIntoView({ behavior: prefersStillness() ? "auto" : "smooth" });
    byId("network").focus({ preventScroll: true });
  }
}

function factsOf(run, place) {
  const path = `runs.${place}`;
  const facts = [
    ...countField(`${path}.alive_edges`, "alive edge"), ", ", field(`${path}.live_edges`), " of them live; ",
    ...countField(`${path}.live_hidden_units`, "live hidden unit"), "; accuracy ", field(`${path}.accuracy`, 4), "; ",
    field(`${path}.pruned_percent`), " percent pruned. ",
  ];
  const letter = letterOf(run);
  const chosen = summary.selected.findIndex((each) => each.seed === run.seed);
  if (letter !== null) facts.push(`Structure ${letter}. `);
  if (run.status !== "accepted") {
    const path = `selected.${chosen}.least_accuracy`;
    facts.push("No round was accepted", ...(at(path) === null ? [] : [": the accuracy asked for is ", field(path, 4)]), ". ");
  }
  if (run.selected) {
    facts.push(...(summary.selected[chosen].num_tied === 1
      ? ["Selected: the sparsest of its seed. "]
      : ["Selected: ", field(`selected.${chosen}.num_tied`), " of its seed tie as the sparsest. "]));
  } else if (run.tied) {
    facts.push("As sparse as the one that is selected for its seed. ");
  }
  if (run.scores && isLabelled) {
    facts.push("Structure recovered: ", verdict(run.scores.structure_recovered), ". ");
  }
  const network = data.networks[data.of_runs[place]];
  if (network?.ties) facts.push(element("span", { class: "line quiet" }, `How sure: ${network.ties}.`));
  return facts;
}

// Again at another width.
function drawViewer() {
  const place = viewer.run;
  if (place < 0) return;
  const run = summary.runs[place];
  const number = data.of_runs[place];
  const [figures, modules] = [byId("shown-figures"), byId("shown-modules")];
  if (number === null) {
    figures.replaceChildren(element("p", { class: "notice" }, whyNotDrawn(run)));
    modules.replaceChildren();
    return;
  }
  const network = data.networks[number];
  const about = () => [`seed_${run.seed}`, `unit_step_${run.unit_step}`, `edge_step_${run.edge_step}`];
  const width = roomOf(figures, 0.55);
  viewer.figure.draw(network, {
    label: `Network of ${runName(run)}: ${counted(network.num_modules, "module")}; the table below lists them`,
    width,
  });
  const shown = [
    framed(
      viewer.figure.svg,
      "Boxes are modules, with their numbers; a dot is a unit that carries something from an input to an output" +
        (network.folded.some(Boolean) ? ", a larger one a bundle of such units" : "") + ".",
      () => ["network", ...about()],
      { class: "main" },
    ),
  ];
  const chosen = summary.selected.findIndex((each) => each.seed === run.seed);
  const pictures = [
    [network.graph, "Hierarchy: who reads whom, with the number of edges.", "modules"],
    [run.selected ? data.against_truth[chosen] : null, "Against what the task declares.", "truth"],
  ];
  const [beside, below] = [[], []];
  for (const [text, caption, what] of pictures) {
    if (!text) continue;
    const made = picture(text);
    const fits = width === figures.clientWidth || leastWidth(made) <= figures.clientWidth - width - BESIDE_GAP;
    const place = fits ? {} : { class: "wide" };
    (fits ? beside : below).push(framed(made, caption, () => [what, ...about()], place));
  }
  if (beside.length) shown.push(element("div", { class: "beside" }, beside));
  shown.push(...below);
  if (network.pixels) {
    shown.push(
      framed(
        pixelFigure(network.pixels, "Pixels that each module sees", figures.clientWidth),
        "Pixels that each module sees: its own, or those that reach its units; the stronger the colour, the more edges or units.",
        () => ["pixels", ...about()],
        { class: "wide" },
      ),
    );
  }
  figures.replaceChildren(...shown);
  modules.replaceChildren(moduleTable(network));
}

// Pixels that a figure has beside others, or all where there is no room for both.
function roomOf(container, share) {
  const width = container.clientWidth;
  return width < 820 ? width : Math.floor(width * share);
}

function moduleTable(network) {
  const last = network.sizes.length - 1;
  const rows = network.modules.map(([number, kinds, sizes, readers, units]) => {
    const chip = element("span", { class: "chip", "aria-hidden": "true" });
    chip.style.borderColor = colourOf(number);
    chip.style.background = `${colourOf(number)}22`;
    const reads = Object.entries(readers).map(([reader, count]) => `${reader} (${counted(count, "edge")})`);
    if (reads.length > MOST_READERS) reads.splice(MOST_READERS, Infinity, `and ${reads.length - MOST_READERS} more`);
    return [
      element("span", {}, chip, String(number)),
      kinds.join(", "),
      sizes,
      element("span", {}, units.map(([layer, text]) =>
        element("span", { class: "line" }, `${layerName(layer, last)}: `, named(text)),
      )),
      reads.join(", ") || "no module",
    ];
  });
  const left = network.num_modules - rows.length;
  return element(
    "div",
    {},
    table("Modules", ["module", "kinds", "holds", "units", "read by"], rows),
    left ? element("p", { class: "quiet" }, `and ${counted(left, "further module")}`) : "",
  );
}
