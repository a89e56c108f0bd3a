// How a selected network came about: a slider over the accepted rounds, its network, its curves.

const course = { place: -1, step: 0, figure: new NetworkFigure(), curves: null, slider: null };

function showTrajectories() {
  const body = byId("trajectory-body");
  const known = data.trajectories.flatMap((found, place) => (found ? [place] : []));
  if (!known.length) {
    body.append(element("p", { class: "quiet" }, data.no_trajectories));
    return;
  }
  const options = known.map((place) => [place, String(summary.selected[place].seed)]);
  body.append(
    element(
      "p",
      {},
      "From the dense network on, units and then edges are pruned; a round that costs too much accuracy is " +
        "rejected, and a smaller step is tried. A module keeps its number and its colour as long as it is recognisably the same.",
    ),
    choice("Selected network of seed", "course-seed", options, -1, (place) => openCourse(place)),
    element("div", { id: "course" }),
  );
  openCourse(known.includes(chosenSeed()) ? chosenSeed() : known[0]);
}

// Position in `selected` of the seed whose network is shown above.
function chosenSeed() {
  const run = summary.runs[viewer.run];
  return run ? summary.selected.findIndex((chosen) => chosen.seed === run.seed) : -1;
}

// What summary.json says of the trajectory that is shown: `rounds`, `steps`, `since`.
function told() {
  return summary.selected[course.place].trajectory;
}

// The steps of that trajectory that have a drawing here: all, or those at which modules change.
function drawnSteps() {
  return data.trajectories[course.place].steps.map(({ at, network }) => ({
    at, network, ...told().steps[at],
  }));
}

// Where something of that trajectory stands in summary.json.
function toldPath(...path) {
  return ["selected", course.place, "trajectory", ...path].join(".");
}

function toldField(...path) {
  return field(toldPath(...path), 4);
}

function openCourse(place) {
  course.place = place;
  const steps = drawnSteps();
  document.querySelectorAll("input[name=course-seed]").forEach((input) => {
    input.checked = Number(input.value) === place;
  });
  course.slider = element("input", {
    type: "range",
    id: "step",
    min: 0,
    max: steps.length - 1,
    step: 1,
    value: steps.length - 1,
    input: () => goTo(Number(course.slider.value)),
  });
  const move = (by) => () => goTo(course.step + by);
  byId("course").replaceChildren(
    element(
      "div",
      { class: "slider" },
      element("label", { for: "step" }, "Step"),
      element("button", { type: "button", id: "earlier", "aria-label": "Step before", click: move(-1) }, "‹"),
      course.slider,
      element("button", { type: "button", id: "later", "aria-label": "Step after", click: move(1) }, "›"),
    ),
    element("p", { id: "step-facts", "aria-live": "polite" }),
    element("div", { id: "course-figures", class: "figures" }),
    element("div", { id: "course-tables", class: "figures even" }),
  );
  drawCourse();
  byId("course-tables").replaceChildren(eventTable(), sinceTable());
}

// Again at another width.
function drawCourse() {
  if (course.place < 0) return;
  const figures = byId("course-figures");
  const { seed } = summary.selected[course.place];
  const width = roomOf(figures, 0.55);
  const beside = figures.clientWidth < 820 ? width : figures.clientWidth - width - BESIDE_GAP;
  const { least_accuracy: least } = summary.selected[course.place];
  course.curves = new Curves(told().rounds, least, beside, (round) => goTo(nearestStep(round)));
  const row = () => drawnSteps()[course.step].row;
  course.figure = new NetworkFigure();
  figures.replaceChildren(
    framed(
      course.figure.svg,
      "The network at this step; larger dots are bundles of units.",
      () => ["step", `seed_${seed}`, `round_${row()}`],
      { class: "main" },
    ),
    element(
      "div",
      { class: "beside" },
      framed(
        course.curves.svg,
        "Dots: accepted rounds; crosses: rejected ones; dashed: the accuracy asked for. The line marks the step that " +
          "is shown; a click goes to another.",
        () => ["rounds", `seed_${seed}`],
      ),
    ),
  );
  goTo(Number(course.slider.value), false);
}

function nearestStep(round) {
  const steps = drawnSteps();
  const gap = (place) => Math.abs(steps[place].row - round);
  return steps.reduce((best, _, place) => (gap(place) < gap(best) ? place : best), 0);
}

const PHASES = { dense: "dense network", unit: "pruning units", edge: "pruning edges" };

// On a screen all steps have the room of the tallest one, so that nothing jumps.
function goTo(place, glide = true, onPaper = false) {
  const steps = drawnSteps();
  if (!steps[place]) return;
  const step = steps[place];
  const { phase } = told().rounds;
  course.step = place;
  course.slider.value = place;
  byId("earlier").disabled = place === 0;
  byId("later").disabled = place === steps.length - 1;
  const facts = element(
    "span",
    { class: "line" },
    "Round ", toldField("steps", step.at, "row"), ` of ${phase.length - 1}, ${PHASES[phase[step.row]]}: `,
    countField(toldPath("rounds", "alive_edges", step.row), "alive edge"), ", ",
    countField(toldPath("rounds", "live_hidden_units", step.row), "live hidden unit"), ", ",
    "accuracy ", toldField("rounds", "accuracy", step.row), "; ",
    ...(step.network === null
      ? ["no path from an input to an output"]
      : countField(toldPath("steps", step.at, "num_modules"), "module")),
    step.accepted ? "." : " (not accepted).",
  );
  course.slider.setAttribute("aria-valuetext", [facts.textContent, ...step.events].join(" "));
  const events = step.events.slice(0, 4).join("; ");
  const more = step.events.length > 4 ? `; and ${step.events.length - 4} further changes` : "";
  byId("step-facts").replaceChildren(
    facts,
    element("span", { class: "line quiet" }, events ? `${capital(events)}${more}.` : "The modules are those of the step before."),
  );
  if (place === 0) byId("step-facts").lastChild.textContent = "Where it all begins.";
  course.curves.mark(step.row);
  const width = roomOf(byId("course-figures"), 0.55);
  if (step.network === null) {
    course.figure.say("No path leads from an input to an output.", width);
    return;
  }
  const own = data.networks[step.network].height;
  const heights = steps.map((each) => (each.network === null ? 0 : data.networks[each.network].height));
  course.figure.draw(data.networks[step.network], {
    label: `Network after round ${step.row}: ${counted(step.num_modules, "module")}`,
    width,
    tallest: onPaper ? own : Math.max(...heights),
    glide,
  });
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// The steps at which modules change; a button goes there.
function eventTable() {
  const { phase } = told().rounds;
  const rows = drawnSteps().flatMap((step, place) => {
    if (!step.events.length) return [];
    const button = [
      element("span", { class: "on-paper-only" }, `round ${step.row}`),
      element("button", { type: "button", class: "link", click: () => goTo(place) }, `round ${step.row}`),
    ];
    return [[button, phase[step.row], toldField("rounds", "alive_edges", step.row), step.events.join("; ")]];
  });
  if (!rows.length) return element("p", { class: "quiet" }, "The modules are the same from the dense network on.");
  return table("When modules change", ["round", "phase", "alive edges", "what happens"], rows);
}

function sinceTable() {
  const { since, rounds } = told();
  const rows = since.map(({ text, row }, place) => [
    named(text),
    row
      ? element("span", { class: "whole" }, "round ", toldField("since", place, "row"))
      : element("span", { class: "whole" }, "the dense network"),
    rounds.phase[row],
    toldField("rounds", "alive_edges", row),
  ]);
  if (!rows.length) return element("p", { class: "quiet" }, "The final network shows no groups.");
  return table("Since when the final network's groups are there, without a break", ["what", "since", "phase", "alive edges"], rows);
}
