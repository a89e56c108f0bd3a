// The paper's figure: for each group of bars an axis, the paper as a bar, ours as marks with ranges.
// Attributes are the colours on paper; classes change them on a dark screen.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const ruler = document.createElement("canvas").getContext("2d");
const SLOTS = { least: 34, most: 60 }; // pixels of a bar
const PLOT = { left: 36, least: 100, height: 118, gap: 22, above: 36, below: 46 };
// Where a reading stands, in slots from the middle of its bar; its colour (of Okabe and Ito, some
// darker, for thin lines on white) and its mark, which says the same.
const MARKS = {
  first: { offset: -0.27, colour: "#0072b2", path: "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0z" },
  mean: { offset: -0.09, colour: "#00785a", path: "M-3 -3h6v6h-6z" },
  any: { offset: 0.09, colour: "#c04f00", path: "M0 -4l3.8 6.6h-7.6z" },
  all: { offset: 0.27, colour: "#a8517f", path: "M0 4l3.8 -6.6h-7.6z" },
};

function widthOf(text, size = 12) {
  ruler.font = `${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

// panel: as from `sweep_experiment.panels`; bars: of the experiment; width: pixels there are.
// measure: {label, legend, most, ticks, paper(bar), ours(bar)}; paper and ours give {low, middle,
// high, field} in units of the axis, ours with `reading` and `offset` for each mark.
function barChart(panel, bars, measure, width) {
  const groups = panel.rows.names.map((row, i) => ({
    title: panel.rows.title ? `${panel.rows.title}: ${row}` : row.replaceAll("_", " "),
    bars: panel.bars[i].flatMap((bar, j) => (
      bar === null || bar.found === null
        ? []
        : [{ found: bars[bar.found], at: bar.found, name: panel.columns.names[j] }]
    )),
  })).filter((group) => group.bars.length);
  const most = Math.max(...groups.map((group) => group.bars.length));
  const words = panel.columns.names.flatMap((name) => name.split(" "));
  const widest = Math.max(...words.map((word) => widthOf(word, 11))) + 6;
  const { perLine, slot } = spread(groups.length, most, width, Math.max(SLOTS.least, widest));
  const block = {
    width: PLOT.left + Math.max(most * slot, PLOT.least),
    height: PLOT.above + PLOT.height + PLOT.below,
  };
  const total = Math.max(perLine * (block.width + PLOT.gap) - PLOT.gap, Math.min(width, 300));
  const legend = legendOf(measure.legend, total);
  const height = legend.height + Math.ceil(groups.length / perLine) * block.height;
  return drawn(
    "svg",
    {
      viewBox: `0 0 ${total} ${height}`,
      width: total,
      height,
      role: "img",
      "aria-label": `${measure.label}; the table of bars has the numbers`,
      "font-family": FONT,
      "font-size": 12,
    },
    legend.items,
    groups.map((group, at) => {
      const x = (at % perLine) * (block.width + PLOT.gap) + PLOT.left;
      const y = legend.height + Math.floor(at / perLine) * block.height + PLOT.above;
      return drawn(
        "g",
        { transform: `translate(${x} ${y})` },
        axes(group, panel.columns.title, measure, slot),
        group.bars.map((bar, place) => marks(bar, place, measure, slot)),
      );
    }),
  );
}

// As many groups in a line as can be read, with slots of `least` pixels or more.
function spread(numGroups, numBars, width, least) {
  const slotOf = (perLine) => (
    Math.floor(((width + PLOT.gap) / perLine - PLOT.gap - PLOT.left) / numBars)
  );
  let perLine = numGroups;
  while (perLine > 1 && slotOf(perLine) < least) perLine -= 1;
  return { perLine, slot: Math.max(least, Math.min(slotOf(perLine), SLOTS.most)) };
}

function axes(group, title, measure, slot) {
  const width = group.bars.length * slot;
  const heading = broken(group.title, Math.max(width, PLOT.least));
  return drawn(
    "g",
    { fill: "currentColor", "font-size": 11 },
    heading.map((line, i) => drawn(
      "text", { x: 0, y: -8 - 14 * (heading.length - 1 - i), "font-size": 12 }, line,
    )),
    measure.ticks.flatMap((tick) => {
      const y = PLOT.height * (1 - tick / measure.most);
      return [
        drawn("path", { d: `M0 ${y}H${width}`, stroke: "currentColor", "stroke-opacity": 0.2 }),
        drawn("text", { x: -5, y: y + 4, "text-anchor": "end", "fill-opacity": 0.75 }, `${tick}`),
      ];
    }),
    drawn("path", {
      d: `M0 0V${PLOT.height}H${width}`, fill: "none", stroke: "currentColor", "stroke-opacity": 0.75,
    }),
    group.bars.flatMap(({ name }, place) => broken(name, slot, 11).map((line, i) => drawn(
      "text",
      { x: (place + 0.5) * slot, y: PLOT.height + 14 + 12 * i, "text-anchor": "middle" },
      line,
    ))),
    drawn(
      "text",
      { x: width / 2, y: PLOT.height + 30, "text-anchor": "middle", "fill-opacity": 0.75 },
      title,
    ),
  );
}

function marks(bar, place, measure, slot) {
  const y = (value) => PLOT.height * (1 - value / measure.most);
  const middle = (place + 0.5) * slot;
  const left = middle - 0.4 * slot, across = 0.8 * slot;
  const paper = measure.paper(bar);
  return drawn(
    "g",
    {},
    drawn("title", {}, inWords(bar.found)),
    paper === null ? [] : [
      drawn("rect", {
        x: left, width: across, y: y(paper.high), height: y(paper.low) - y(paper.high),
        fill: "#dddddd", class: "paper-bar",
      }),
      drawn("path", {
        d: `M${left} ${y(paper.middle)}h${across}`, stroke: "#555555", "stroke-width": 2,
        class: "paper-line", "data-field": paper.field,
      }),
    ],
    measure.ours(bar).flatMap(({ reading, low, middle: value, high, field, offset }) => {
      const { colour, path } = MARKS[reading];
      const x = middle + offset * slot;
      return [
        drawn("path", {
          d: `M${x} ${y(low)}V${y(high)}`, stroke: colour, "stroke-width": 1.3, class: `${reading} range`,
        }),
        drawn("path", {
          d: path, transform: `translate(${x} ${y(value)})`, fill: colour,
          class: `${reading} mark`, "data-field": field,
        }),
      ];
    }),
    // For the pointer, so that the whole of a bar shows its words.
    drawn("rect", { x: middle - slot / 2, y: 0, width: slot, height: PLOT.height, opacity: 0 }),
  );
}

// Text in lines that are so many pixels wide at most, if its words are.
function broken(text, room, size = 12) {
  const lines = [];
  for (const word of text.split(" ")) {
    const fits = lines.length && widthOf(`${lines.at(-1)} ${word}`, size) <= room;
    lines.push(fits ? `${lines.pop()} ${word}` : word);
  }
  return lines;
}

function legendOf(entries, width) {
  let x = 0, y = 14;
  const items = entries.map(({ reading, text }) => {
    const space = 21 + widthOf(text) + 18;
    if (x && x + space > width) [x, y] = [0, y + 18];
    const item = drawn(
      "g",
      { transform: `translate(${x} ${y})` },
      reading === "paper"
        ? [
          drawn("rect", { x: 0, y: -9, width: 16, height: 10, fill: "#dddddd", class: "paper-bar" }),
          drawn("path", {
            d: "M0 -9h16", stroke: "#555555", "stroke-width": 2, class: "paper-line",
          }),
        ]
        : [
          drawn("path", {
            d: "M8 -12v15", stroke: MARKS[reading].colour, "stroke-width": 1.3, class: `${reading} range`,
          }),
          drawn("path", {
            d: MARKS[reading].path, transform: "translate(8 -4.5)", fill: MARKS[reading].colour,
            class: `${reading} mark`,
          }),
        ],
      drawn("text", { x: 21, y: 0, fill: "currentColor" }, text),
    );
    x += space;
    return item;
  });
  return { items, height: y + 8 };
}

// What a bar says, in words.
function inWords(found) {
  const ours = READINGS.map((reading) => {
    const { rate, low, high } = found.rates[reading];
    return `${reading} ${two(rate)} [${two(low)}, ${two(high)}]`;
  });
  const paper = found.paper === null
    ? "the paper gives no rate"
    : `paper ${two(found.paper.rate)}, ${found.paper.successes} of ${found.paper.n}; ` +
      `p of first ${pValue(found.fisher_p.first)}`;
  return `${found.row}, ${found.column}, n ${found.rates.first.n}: ${ours.join(", ")}; ${paper}`;
}
