// All runs in one table, to sort, to choose from, and to draw.

const FILTERS = [
  ["all", "all", () => true],
  ["accepted", "accepted", (run) => run.status === "accepted"],
  ["tied", "sparsest of their seed", (run) => run.tied],
  ["selected", "selected", (run) => run.selected],
];

// name in summary.json, heading, what it says, decimals
const NUMBERS = [
  ["alive_edges", "alive edges", "Edges in the mask, those of dead units included"],
  ["live_edges", "live edges", "Edges on a path from an input to an output"],
  ["live_hidden_units", "live hidden units", "Hidden units on a path from an input to an output"],
  ["pruned_percent", "pruned, percent", "Of all edges of the unpruned network", 2],
  ["accuracy", "accuracy", "Share of validation bits that are right", 4],
  ["wrong_bits", "wrong bits", "Validation bits that are wrong"],
  ["job_rounds", "rounds", "Rounds of training, rejected ones included"],
];

function runColumns() {
  const yes = (name) => ({
    head: name,
    about: `By the scores of summary.json: ${name} recovered`,
    value: ({ run }) => (run.scores ? Number(run.scores[`${name}_recovered`] ?? -1) : null),
    show: ({ run }) => (run.scores ? verdict(run.scores[`${name}_recovered`]) : "–"),
  });
  const step = (name) => ({
    head: readable(name),
    about: "In percent",
    numeric: true,
    value: ({ run }) => run[name],
    show: ({ place }) => field(`runs.${place}.${name}`, EXACT),
  });
  return [
    {
      head: "seed",
      value: ({ run }) => run.seed,
      show: ({ run, place }) => [
        field(`runs.${place}.seed`),
        " ",
        element(
          "button",
          {
            type: "button",
            class: "link",
            "data-run": place,
            "aria-pressed": String(viewer.run === place),
            "aria-label": `Draw ${runName(run)}`,
            click: () => showRun(place, { scroll: true }),
          },
          "draw",
        ),
      ],
    },
    step("unit_step"),
    step("edge_step"),
    ...NUMBERS.map(([name, head, about, decimals]) => ({
      head,
      about,
      numeric: true,
      value: ({ run }) => run[name],
      show: ({ place }) => field(`runs.${place}.${name}`, decimals),
    })),
    {
      head: "structure",
      about: "Equal letters: equal structures",
      value: ({ run }) => letterRank(letterOf(run)),
      show: ({ run }) => (letterOf(run) === null ? "–" : letterChip(letterOf(run))),
    },
    ...(isLabelled ? ["structure", "inputs", "outputs"].map(yes).map((column, at) => ({ ...column, head: at ? column.head : "recovered" })) : []),
    {
      head: "chosen",
      about: "Selected for its seed, or as sparse as that one",
      value: ({ run }) => (run.selected ? 0 : run.tied ? 1 : null),
      show: ({ run }) => (run.selected ? "selected" : run.tied ? "tied" : ""),
    },
    { head: "status", value: ({ run }) => run.status, show: ({ run }) => readable(printable(run.status)) },
  ];
}

// A before B, Z before AA.
function letterRank(letter) {
  return letter === null ? null : letter.padStart(6, " ");
}

function showRuns() {
  const rows = summary.runs.map((run, place) => ({ run, place }));
  const { table: made, show } = sortedTable("Every pruning of the grid; steps in percent", runColumns(), rows);
  const count = element("p", { class: "quiet", role: "status" });
  const filter = (name) => {
    const [, , keeps] = FILTERS.find(([known]) => known === name);
    const kept = rows.filter(({ run }) => keeps(run));
    show(kept);
    count.textContent = `${counted(kept.length, "run")} of ${rows.length}`;
  };
  const options = FILTERS.map(([name, text]) => [name, text]);
  byId("runs-body").append(
    choice("Show", "runs-filter", options, "all", filter),
    count,
    scroller("Table of all runs", made),
  );
  filter("all");
}
