// Rates and alive edges of an experiment, drawn beside the paper's.

function rateMeasure(panel) {
  const { file } = experiment;
  const sizes = (counts) => {
    const known = [...new Set(counts)].sort((one, other) => one - other);
    return known.length > 1 ? `${known[0]} to ${known.at(-1)}` : String(known[0]);
  };
  const shown = experiment.bars.filter((bar) => bar.panel === panel.name);
  const papers = shown.filter((bar) => bar.paper !== null).map((bar) => bar.paper.n);
  const ours = sizes(shown.map((bar) => bar.rates.first.n));
  return {
    label: `Success rates, ${panel.name}: nsculpt beside the paper`,
    legend: [
      ...(papers.length ? [{ reading: "paper", text: `paper (n = ${sizes(papers)})` }] : []),
      { reading: "first", text: `nsculpt (n = ${ours}, Wilson 95 %): first` },
      ...READINGS.slice(1).map((reading) => ({ reading, text: reading })),
    ],
    most: 1,
    ticks: [0, 0.5, 1],
    paper: ({ found, at }) => found.paper && {
      low: 0, middle: found.paper.rate, high: found.paper.rate,
      field: `${file}#/bars/${at}/paper/rate`,
    },
    ours: ({ found, at }) => READINGS.map((reading) => {
      const { low, rate, high } = found.rates[reading];
      const field = `${file}#/bars/${at}/rates/${reading}/rate`;
      return { reading, offset: MARKS[reading].offset, low, middle: rate, high, field };
    }),
  };
}

// Means over the cells of a bar, since bars have more or fewer of them.
function edgeMeasure(panel) {
  const side = (edges, name) => edges[name] && {
    low: edges[name].least / edges.cells,
    middle: edges[name].median / edges.cells,
    high: edges[name].greatest / edges.cells,
    field: null,
  };
  const shown = experiment.bars.filter((bar) => bar.panel === panel.name && bar.alive_edges.cells);
  const greatest = shown.flatMap(({ alive_edges: edges }) => (
    [side(edges, "found"), side(edges, "published")].flatMap((found) => (found ? [found.high] : []))
  ));
  const most = 1.05 * Math.max(1, ...greatest);
  return {
    label: "Alive edges: nsculpt beside the published networks",
    legend: [
      ...(shown.some((bar) => bar.alive_edges.published)
        ? [{ reading: "paper", text: "published: median, least to greatest" }]
        : []),
      { reading: "first", text: "nsculpt" },
    ],
    most,
    ticks: evenTicks(most),
    paper: ({ found }) => (found.alive_edges.cells ? side(found.alive_edges, "published") : null),
    ours: ({ found }) => (
      found.alive_edges.cells
        ? [{ ...side(found.alive_edges, "found"), reading: "first", offset: 0 }]
        : []
    ),
  };
}

function evenTicks(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.5, 1, 2, 5].map((part) => Math.max(1, part * power)).find((each) => most / each <= 5);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

// Panels of the experiment that have bars.
function charts() {
  if (!experiment) return [];
  return experiment.panels.filter((panel) => experiment.bars.some((bar) => bar.panel === panel.name));
}

// What is drawn as heat maps: panels of the experiment, or else of what the runs belong to.
function grids() {
  if (!experiment) return data.grids;
  const { bars } = experiment;
  return charts().filter((panel) => panel.is_grid).map((panel) => ({ panel, bars }));
}

// Where a rate stands in a file; null where it is of several runs.
function rateField(bar, at, reading) {
  if (experiment) return `${experiment.file}#/bars/${at}/rates/${reading}/rate`;
  return bar.folders.length === 1 ? `${bar.folders[0]}/summary.json#/rates/${bar.score}/${reading}/rate` : null;
}

function titled(title, figure) {
  return element("div", {}, element("h3", {}, title), figure);
}

function figures() {
  const width = byId("figures").clientWidth;
  byId("grids").replaceChildren(...grids().map(({ panel, bars }) => titled(panel.name, framed(
    heatMaps(panel, bars, state.reading, width),
    `Share of networks that succeed, by ${panel.rows.title} and ${panel.columns.title}.` +
      (experiment ? "" : " A tile is over all seeds of the runs here that the paper's bar is over, each seed of a network once, " +
        "whatever their steps; the pointer shows how many."),
    () => [panel.name, "heat_map", state.reading],
  ))));
  if (!experiment) return;
  byId("charts").replaceChildren(
    ...charts().map((panel) => titled(
      panel.is_grid ? `${panel.name}, with intervals` : panel.name,
      framed(
        barChart(panel, experiment.bars, rateMeasure(panel), width),
        "Share of networks that succeed.",
        () => [panel.name, "rates"],
      ),
    )),
    titled("alive edges", framed(
      barChart(charts()[0], experiment.bars, edgeMeasure(charts()[0]), width),
      "Least, median and greatest of a cell's networks, mean over the cells of a bar.",
      () => ["alive_edges"],
    )),
  );
}

function figureSection() {
  if (grids().length) {
    byId("figures-choice").append(choice(
      "Heat maps show", "reading", READINGS.map((reading) => [reading, reading]), state.reading,
      (reading) => { state.reading = reading; figures(); },
    ));
  }
  reveal("charts");
  figures();
  let before = byId("figures").clientWidth;
  new ResizeObserver(() => {
    const now = byId("figures").clientWidth;
    if (now === before) return;
    before = now;
    figures();
  }).observe(byId("figures"));
}
