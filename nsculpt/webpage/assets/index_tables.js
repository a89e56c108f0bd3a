// Bars of the paper's figures, and cells, as tables to sort.

function below(text) {
  return element("span", { class: "between" }, text);
}

function rateColumn(reading, rateOf, place) {
  return {
    head: reading,
    about: `${reading}: rate, Wilson 95 percent interval`,
    numeric: true,
    value: (row) => rateOf(row)?.[reading].rate,
    show: (row) => {
      const found = rateOf(row)?.[reading];
      if (!found || found.rate === null) return NONE;
      const style = ["low", "rate", "high"].map((name) => `--${name}: ${100 * found[name]}`);
      return [
        given(two(found.rate), ...place(row), reading, "rate"),
        below(between(found.low, found.high)),
        element("span", { class: "span", style: style.join("; ") }),
      ];
    },
  };
}

function barsTable() {
  const { file, bars } = experiment;
  const rows = bars.map((bar, at) => ({ ...bar, at }));
  const field = (text, row, ...place) => given(text, file, "bars", row.at, ...place);
  const medians = (head, name) => ({
    head,
    about: "Medians of the bar's finished cells, summed",
    numeric: true,
    value: (row) => row.alive_edges.cells ? row.alive_edges[name]?.median : null,
    show: (row) => (row.alive_edges.cells && row.alive_edges[name]
      ? field(edgeCount(row.alive_edges[name].median), row, "alive_edges", name, "median")
      : NONE),
  });
  const pColumn = (reading) => ({
    head: `p of ${reading}`,
    about: BESIDE,
    numeric: true,
    value: (row) => row.fisher_p[reading],
    show: (row) => {
      const p = row.fisher_p[reading];
      return p === null ? NONE : field(pValue(p), row, "fisher_p", reading);
    },
  });
  const columns = [
    { head: "bar", value: (row) => row.at, show: (row) => breakable(`${row.row}, ${row.column}`) },
    ...(experiment.panels.length > 1
      ? [{ head: "panel", value: (row) => row.panel, show: (row) => row.panel }]
      : []),
    {
      head: "cells", numeric: true, about: "Finished cells of those that the paper's bar is over",
      value: (row) => row.finished_cells,
      show: (row) => [field(String(row.finished_cells), row, "finished_cells"), ` of ${row.cells}`],
    },
    {
      head: "n", numeric: true, about: "Networks: one a seed and cell",
      value: (row) => row.rates.first.n,
      show: (row) => field(String(row.rates.first.n), row, "rates", "first", "n"),
    },
    {
      head: "paper", numeric: true, about: "The paper's rate, and what it was counted on",
      value: (row) => row.paper?.rate,
      show: (row) => (row.paper === null ? NONE : [
        field(two(row.paper.rate), row, "paper", "rate"),
        below(`${row.paper.successes} of ${row.paper.n}`),
      ]),
    },
    ...READINGS.map((reading) => rateColumn(
      reading, (row) => row.rates, (row) => [file, "bars", row.at, "rates"],
    )),
    pColumn("first"),
    pColumn("any"),
    medians("edges", "found"),
    medians("published", "published"),
  ];
  const { table: made } = sortedTable(`Bars of the paper's figures, from ${file}`, columns, rows);
  reveal("bars-table", scrolling("Table of bars", made));
}

// What opens a cell's page, or makes it.
function pageOf(cell) {
  const label = { "aria-label": `report of ${cell.folder}` };
  if (cell.page) return element("a", { href: cell.page, ...label }, "report");
  if (cell.state !== "finished") return NONE;
  return element(
    "details", {}, element("summary", label, "make it"), element("code", {}, cell.command),
  );
}

// A name in whatever direction it is written; a line may break after an underscore.
function breakable(name) {
  const parts = name.split("_").flatMap((part, i) => (i ? ["_", element("wbr"), part] : [part]));
  return element("bdi", {}, parts);
}

function cellHead(cell, text) {
  const name = breakable(text);
  return [
    cell.page ? element("a", { href: cell.page }, name) : name,
    cell.state === "finished" ? null : element("small", { class: "state" }, cell.state),
    ...cell.said.map((said) => element("small", {}, said)),
  ];
}

function headColumns(cells) {
  const task = (cell) => cell.task;
  // A folder that is called after task and layers says nothing that they do not.
  if (cells.every(({ folder, task, hidden }) => folder === [task, ...(hidden ?? [])].join("_"))) {
    return [{ head: "task", value: task, show: (cell) => cellHead(cell, cell.task) }];
  }
  return [
    {
      head: "run", about: "Run folder",
      value: (cell) => cell.folder, show: (cell) => cellHead(cell, cell.folder),
    },
    { head: "task", name: true, value: task, show: (cell) => breakable(cell.task ?? NONE) },
  ];
}

function cellColumns() {
  const { cells } = data;
  const score = state.score;
  const file = (cell) => `${cell.folder}/summary.json`;
  const ratesOf = (cell) => (Object.hasOwn(cell.rates, score) ? cell.rates[score] : null);
  const paperOf = (cell) => (Object.hasOwn(cell.paper, score) ? cell.paper[score] : null);
  const spread = ({ least, greatest }) => below(`${edgeCount(least)}\u2013${edgeCount(greatest)}`);
  const sizes = (units) => (
    element("span", { class: units.length < 7 ? "sizes" : null }, units.join("-"))
  );
  const columns = [
    ...headColumns(cells),
    {
      head: "layers", about: "Units of each layer, inputs first",
      value: (cell) => (cell.layer_sizes ?? cell.hidden)?.join("-"),
      show: (cell) => {
        if (cell.layer_sizes) return sizes(cell.layer_sizes);
        return cell.hidden ? sizes(["?", ...cell.hidden, "?"]) : NONE;
      },
    },
    {
      head: "seeds", numeric: true, about: "How many; which, below",
      value: ({ seeds }) => seeds.length || null,
      show: (cell) => {
        const { seeds } = cell;
        if (!seeds.length) return NONE;
        const which = seeds.length < 7 ? seeds : [seeds[0], "\u2026", seeds.at(-1)];
        return [
          given(String(seeds.length), file(cell), "settings", "seeds", "length"),
          below(which.join(" ")),
        ];
      },
    },
    {
      head: "prunings", numeric: true, value: (cell) => cell.prunings,
      show: (cell) => (cell.prunings === null
        ? NONE
        : given(cell.prunings.toLocaleString("en"), file(cell), "runs", "length")),
    },
    {
      head: "edges", numeric: true,
      about: "Alive edges of the selected networks: median; least to greatest",
      value: (cell) => cell.edges?.median,
      show: (cell) => {
        if (!cell.edges) return NONE;
        const median = edgeCount(cell.edges.median);
        return [
          given(median, file(cell), "selected", "*", "alive_edges", "median"), spread(cell.edges),
        ];
      },
    },
  ];
  if (cells.some((cell) => cell.published)) {
    columns.push({
      head: "published", numeric: true,
      about: "Alive edges of the published networks: median; least to greatest",
      value: ({ published }) => published?.median,
      show: ({ published }) => (
        published ? [edgeCount(published.median), spread(published)] : NONE
      ),
    });
  }
  if (score !== null) {
    columns.push(...READINGS.map((reading) => rateColumn(
      reading, ratesOf, (cell) => [file(cell), "rates", score],
    )));
  }
  if (cells.some(paperOf)) {
    columns.push(
      {
        head: "paper", numeric: true,
        about: "The paper's rate over all cells of the bar that this one belongs to",
        value: (cell) => paperOf(cell)?.rate,
        show: (cell) => {
          const paper = paperOf(cell);
          return paper ? [two(paper.rate), below(`${paper.successes} of ${paper.n}`)] : NONE;
        },
      },
      {
        head: "p of first", numeric: true, about: `${BESIDE}, which is over more cells`,
        value: (cell) => paperOf(cell)?.p?.first,
        show: (cell) => pValue(paperOf(cell)?.p?.first ?? null),
      },
    );
  }
  columns.push({ head: "page", value: (cell) => (cell.page ? 0 : 1), show: pageOf });
  return columns;
}

function cellsTable() {
  const status = element("span", { role: "status" });
  const region = element("div");
  let made;

  const matching = () => {
    const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = data.cells.filter((cell) => {
      const sizes = (cell.layer_sizes ?? cell.hidden ?? []).join("-");
      const text = [cell.folder, cell.task, sizes, cell.state, ...cell.said].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const count = `${shown.length} of ${counted(data.cells.length, "cell")}`;
    status.textContent = words.length ? count : "";
    return shown;
  };
  const draw = () => {
    const text = data.scores.find(({ name }) => name === state.score)?.text;
    const caption = text ? `Rates are of: ${text}` : "No run has a truth that rates could be of";
    made = sortedTable(caption, cellColumns(), matching());
    region.replaceChildren(scrolling("Table of cells", made.table));
  };

  const choose = () => {
    state.score = chooser.value;
    draw();
  };
  const find = () => {
    state.words = search.value;
    made.show(matching());
  };
  const chooser = element("select", { change: choose }, data.scores.map(({ name, text }) => (
    element("option", { value: name, selected: name === state.score }, text)
  )));
  const search = element("input", { type: "search", input: find });
  byId("cells-choice").append(
    ...(data.scores.length > 1 ? [element("label", {}, "Rates of", chooser)] : []),
    element("label", {}, "Find", search),
    status,
  );
  byId("cells-choice").addEventListener("submit", (event) => event.preventDefault());
  reveal("cells-table", region);
  draw();
}
