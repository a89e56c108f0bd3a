// Two heat maps side by side, ours and the paper's, of a panel whose rows and columns are counts.
// Attributes are the colours on paper; classes change them on a dark screen.

const TILE = { width: 46, height: 38 };
const GAP = 2; // between tiles
const EDGE = { left: 44, top: 28, bottom: 44, gap: 28, key: 30 };
const LOW = [0xee, 0xf4, 0xfa], HIGH = [0x0b, 0x4a, 0x8f]; // --heat-low, --heat-high on paper
// Shares up to which black is read on the scale, on a dark screen (white below) and on paper.
const DARK_TO = 0.54, PAPER_TO = 0.72;

let numHatches = 0;

// panel: as from `sweep_experiment.panels`; bars: that it refers to; width: pixels there are.
function heatMaps(panel, bars, reading, width) {
  const { rows, columns } = panel;
  const map = {
    width: EDGE.left + columns.names.length * TILE.width,
    height: EDGE.top + rows.names.length * TILE.height + EDGE.bottom,
  };
  const isWide = width >= 2 * map.width + EDGE.gap;
  const size = {
    width: isWide ? 2 * map.width + EDGE.gap : map.width,
    height: (isWide ? map.height : 2 * map.height) + EDGE.key,
  };
  const hatch = `hatch-${numHatches++}`;
  const sides = [
    {
      head: `nsculpt, ${reading}`,
      missing: "not run",
      rate: (bar) => (bar.found === null ? null : bars[bar.found].rates[reading].rate),
      field: (bar) => rateField(bars[bar.found], bar.found, reading),
    },
    {
      head: "paper",
      missing: "no rate",
      rate: (bar) => bar.paper,
      field: (bar) => (
        bar.found === null || !experiment ? null : `${experiment.file}#/bars/${bar.found}/paper/rate`
      ),
    },
  ];
  return drawn(
    "svg",
    {
      viewBox: `0 0 ${size.width} ${size.height}`,
      width: size.width,
      height: size.height,
      role: "img",
      "aria-label": `Heat maps: ${panel.name}, nsculpt beside the paper; the tables below have the numbers`,
      "font-family": FONT,
      "font-size": 12,
    },
    hatching(hatch),
    sides.map((side, place) => drawn(
      "g",
      {
        transform: isWide
          ? `translate(${place * (map.width + EDGE.gap)} 0)`
          : `translate(0 ${place * map.height})`,
      },
      mapLabels(panel, side.head, map),
      panel.bars.flatMap((line, i) => line.map((bar, j) => {
        const x = EDGE.left + j * TILE.width, y = EDGE.top + i * TILE.height;
        const title = `${rows.title} ${rows.names[i]}, ${columns.title} ${columns.names[j]}`;
        const rate = bar && side.rate(bar);
        if (rate === null) return blank(x, y, hatch, side.missing, title);
        const said = bar.found === null ? two(rate) : inWords(bars[bar.found]);
        return tile(x, y, rate, side.field(bar), `${title}: ${said}`);
      })),
    )),
    scale(EDGE.left, size.height - EDGE.key + 6),
  );
}

function mapLabels(panel, head, map) {
  const { rows, columns } = panel;
  const foot = map.height - EDGE.bottom;
  const middle = (count, length) => (count * length) / 2;
  return drawn(
    "g",
    { fill: "currentColor", "text-anchor": "middle" },
    drawn("text", { x: EDGE.left, y: 18, "text-anchor": "start", "font-weight": 600 }, head),
    rows.names.map((row, i) => drawn(
      "text",
      { x: EDGE.left - 6, y: EDGE.top + (i + 0.5) * TILE.height + 4, "text-anchor": "end" },
      row,
    )),
    columns.names.map((column, j) => drawn(
      "text", { x: EDGE.left + (j + 0.5) * TILE.width, y: foot + 15 }, column,
    )),
    drawn(
      "text",
      { x: EDGE.left + middle(columns.names.length, TILE.width), y: foot + 31, "fill-opacity": 0.75 },
      columns.title,
    ),
    drawn(
      "text",
      {
        transform: `translate(13 ${EDGE.top + middle(rows.names.length, TILE.height)}) rotate(-90)`,
        "fill-opacity": 0.75,
      },
      rows.title,
    ),
  );
}

function inside(x, y) {
  return { x: x + GAP / 2, y: y + GAP / 2, width: TILE.width - GAP, height: TILE.height - GAP };
}

function tile(x, y, rate, field, title) {
  const on = rate <= DARK_TO ? "on-low" : rate <= PAPER_TO ? "on-middle" : "on-high";
  return drawn(
    "g",
    {},
    drawn("title", {}, title),
    drawn("rect", { ...inside(x, y), ...shade(rate) }),
    drawn(
      "text",
      {
        x: x + TILE.width / 2,
        y: y + TILE.height / 2 + 4,
        "text-anchor": "middle",
        fill: on === "on-high" ? "#ffffff" : "#000000",
        class: on,
        "data-field": field,
      },
      two(rate),
    ),
  );
}

function shade(share) {
  const parts = LOW.map((low, i) => Math.round(low + share * (HIGH[i] - low)));
  return {
    fill: `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`,
    class: "heat",
    style: `--share: ${100 * share}`,
  };
}

function blank(x, y, hatch, said, title) {
  return drawn(
    "g",
    {},
    drawn("title", {}, `${title}: ${said}`),
    drawn("rect", { ...inside(x, y), fill: `url(#${hatch})`, stroke: "#d4d9df", class: "hatch" }),
    drawn(
      "text",
      {
        x: x + TILE.width / 2,
        y: y + TILE.height / 2 + 4,
        "text-anchor": "middle",
        "font-size": 11,
        fill: "currentColor",
      },
      said,
    ),
  );
}

function hatching(id) {
  return drawn("defs", {}, drawn(
    "pattern",
    {
      id,
      width: 7,
      height: 7,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    },
    drawn("path", { d: "M0 0V7", stroke: "#d4d9df", "stroke-width": 1.5, class: "hatch" }),
  ));
}

// The scale of both maps.
function scale(x, y) {
  const steps = 20, width = 6;
  return drawn(
    "g",
    { fill: "currentColor", "font-size": 11 },
    drawn("text", { x, y: y + 11 }, "share 0"),
    Array.from({ length: steps + 1 }, (_, step) => drawn("rect", {
      x: x + 46 + step * width, y, width: width + 0.5, height: 14, ...shade(step / steps),
    })),
    drawn("text", { x: x + 46 + (steps + 1) * width + 6, y: y + 11 }, "1"),
  );
}
