// What a folder of runs holds, and how its experiment stands beside the paper as a whole.

function lead() {
  const finished = data.cells.filter((cell) => cell.state === "finished");
  const sum = (count) => finished.reduce((total, cell) => total + count(cell), 0);
  const parts = [
    counted(finished.length, "finished cell"),
    counted(sum((cell) => cell.edges?.networks ?? 0), "selected network"),
    counted(sum((cell) => cell.prunings), "pruning"),
  ];
  const others = ["not finished", "damaged"].flatMap((name) => {
    const number = data.cells.filter((cell) => cell.state === name).length;
    return number ? [`${number} ${name}`] : [];
  });
  const missing = data.not_run.reduce((total, { layers }) => total + layers.length, 0);
  if (missing) others.push(`${missing} not run`);
  byId("lead").append(
    `${parts.join(", ")} in `, element("code", {}, data.folder),
    others.length ? `; ${others.join(", ")}` : "", ". A cell is one task with one shape of network.",
  );
  byId("warnings").append(...paragraphs(data.warnings, { class: "notice" }));
}

function totals() {
  const { file, pooled, alive_edges: edges, time } = experiment;
  const share = (count, ...place) => [
    given(String(count.successes), file, ...place, "successes"), " of ",
    given(String(count.n), file, ...place, "n"),
  ];
  const rows = pooled.map((found, i) => [
    found.panel,
    given(String(found.bars), file, "pooled", i, "bars"),
    share(found.paper, "pooled", i, "paper"),
    ...["first", "any"].flatMap((reading) => [
      share(found.counts[reading], "pooled", i, "counts", reading),
      given(pValue(found.fisher_p[reading]), file, "pooled", i, "fisher_p", reading),
    ]),
  ]);
  const median = (name) => (
    given(edgeCount(edges[name].median), file, "alive_edges", name, "median")
  );
  const said = [element(
    "p",
    {},
    "Alive edges, medians summed over ",
    given(counted(edges.cells, "cell"), file, "alive_edges", "cells"),
    ": ",
    element("strong", {}, median("found")),
    edges.published === null ? "; none are published." : ["; published ", median("published"), "."],
  )];
  if (time.cells && time.prunings_per_second !== null) {
    const seconds = `${Math.round(time.sculpting_seconds).toLocaleString("en")} s`;
    said.push(element(
      "p",
      {},
      "Time of ",
      given(counted(time.cells, "cell"), file, "time", "cells"),
      ": ",
      given(seconds, file, "time", "sculpting_seconds"),
      ", ",
      given(perSecond(time.prunings_per_second), file, "time", "prunings_per_second"),
      " prunings a second.",
    ));
  }
  const heads = ["panel", "bars", "paper", "nsculpt, first", "p", "nsculpt, any", "p"];
  reveal(
    "paper-said",
    ...paragraphs(experiment.said.slice(0, 2)),
    ...paragraphs(experiment.said.slice(2), { class: "notice" }),
    ...(rows.length ? [table("All bars that the paper gives a rate of, pooled", heads, rows)] : []),
    ...said,
  );
}
