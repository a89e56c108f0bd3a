// Accuracy, live units and alive edges over the rounds that led to a network.

const PANEL = 84;
const PANEL_GAP = 30;
const CURVES = [
  ["accuracy", "accuracy, share of validation bits"],
  ["live_hidden_units", "live hidden units, on a logarithmic scale"],
  ["alive_edges", "alive edges, on a logarithmic scale"],
];
const TICK_GAP = 12; // pixels between two at least

// An axis for shares: the end that most lie at stays in sight, however close they are.
function shareScale(values) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = high > 0 ? [0.9 * high, high] : [0, 1];
  const ticks = [low, (low + high) / 2, high].map((value) => [value, rounded(value, 3)]);
  return { ticks, at: (value) => (value - low) / (high - low) };
}

// An axis for counts that fall from thousands to tens: as much room for each factor of ten.
function countScale(values) {
  const high = Math.max(...values, 2);
  const low = Math.min(Math.floor(high / 2), ...values.filter((value) => value > 0));
  const known = [1, 10, 100, 1000, 10000, 100000, 1000000].filter((value) => value > low && value < high);
  const begin = values.some((value) => value <= 0) ? 0.2 : 0; // 0 has a place of its own, below
  const ticks = [...(begin ? [0] : []), low, high, ...known].map((value) => [value, String(value)]);
  const share = (value) => Math.log(value / low) / Math.log(high / low);
  return { ticks, at: (value) => (value > 0 ? begin + (1 - begin) * share(value) : 0) };
}

class Curves {
  // rounds: as a trajectory of summary.json has them; least: accuracy asked for, if it is known.
  constructor(rounds, least, width, choose) {
    this.rounds = rounds;
    this.least = least ?? null;
    this.count = this.rounds.phase.length;
    this.left = 46;
    this.width = Math.max(width, 260);
    this.height = 22 + CURVES.length * (PANEL + PANEL_GAP) + 24;
    this.marker = drawn("path", { stroke: "currentColor", "stroke-width": 1.5, fill: "none" });
    this.dots = drawn("g", { fill: "currentColor" });
    this.scales = CURVES.map(([name], place) => this.scale(name, 22 + place * (PANEL + PANEL_GAP)));
    this.svg = drawn(
      "svg",
      {
        role: "img",
        "font-family": FONT,
        "font-size": 11,
        viewBox: `0 0 ${this.width} ${this.height}`,
        width: this.width,
        height: this.height,
        click: (event) => choose(this.roundAt(event)),
      },
      drawn("title", {}, "Accuracy, live hidden units and alive edges over the rounds; the table below has the steps"),
      this.phases(),
      CURVES.map(([name, text], place) => this.panel(name, text, this.scales[place])),
      this.numbers(),
      this.marker,
      this.dots,
    );
  }

  x(round) {
    return this.left + 8 + (round / Math.max(this.count - 1, 1)) * (this.width - this.left - 18);
  }

  scale(name, top) {
    const values = this.rounds[name];
    const asked = this.least === null ? [] : [this.least];
    const { ticks, at } = name === "accuracy" ? shareScale([...values, ...asked]) : countScale(values);
    const bottom = top + PANEL_GAP / 2 + PANEL;
    return { ticks, bottom, y: (value) => bottom - at(value) * PANEL };
  }

  // Rounds below the last panel.
  numbers() {
    const [{ bottom }] = this.scales.slice(-1);
    const room = (this.width - this.left) / 9;
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000].find((each) => this.x(each) - this.x(0) >= Math.min(room, 40)) ?? 10000;
    const group = drawn("g", { fill: "currentColor", "font-size": 10, "text-anchor": "middle" });
    for (let round = 0; round < this.count; round += step) {
      group.append(drawn("text", { x: this.x(round), y: bottom + 13 }, String(round)));
    }
    group.append(drawn("text", { x: (this.left + this.width) / 2, y: bottom + 28, "font-size": 11 }, "round"));
    return group;
  }

  roundAt(event) {
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    return Math.round(((x - this.left - 8) / (this.width - this.left - 18)) * (this.count - 1));
  }

  // Bands of the phases over all panels, with their names on top.
  phases() {
    const group = drawn("g", { fill: "currentColor" });
    const { phase } = this.rounds;
    let begin = 0;
    for (let round = 1; round <= this.count; round += 1) {
      if (round < this.count && phase[round] === phase[begin]) continue;
      const left = begin ? (this.x(begin - 1) + this.x(begin)) / 2 : this.left;
      const right = round < this.count ? (this.x(round - 1) + this.x(round)) / 2 : this.width - 2;
      if (phase[begin] === "unit") {
        group.append(
          drawn("rect", { x: left, y: 18, width: right - left, height: this.scales.at(-1).bottom - 18, "fill-opacity": 0.06 }),
        );
      }
      const name = { dense: "", unit: "pruning units", edge: "pruning edges" }[phase[begin]];
      if (name && widthOf(name, 11) < right - left) {
        group.append(drawn("text", { x: (left + right) / 2, y: 12, "text-anchor": "middle" }, name));
      }
      begin = round;
    }
    return group;
  }

  panel(name, text, scale) {
    const values = this.rounds[name];
    const group = drawn("g", {});
    const taken = [];
    const ticks = scale.ticks.flatMap(([value, said]) => {
      const y = scale.y(value);
      if (taken.some((other) => Math.abs(other - y) < TICK_GAP)) return [];
      taken.push(y);
      return drawn(
        "text",
        { x: this.left - 4, y: y + 4, "text-anchor": "end", fill: "currentColor", "font-size": 10 },
        said,
      );
    });
    group.append(
      drawn("text", { x: this.left + 4, y: scale.bottom - PANEL - 8, fill: "currentColor" }, text),
      drawn("path", {
        d: `M${this.left} ${scale.bottom - PANEL}V${scale.bottom}H${this.width - 2}`,
        stroke: "currentColor",
        "stroke-opacity": 0.4,
        fill: "none",
      }),
      ...ticks,
    );
    if (name === "accuracy" && this.least !== null) {
      group.append(drawn("path", {
        d: `M${this.left} ${scale.y(this.least)}H${this.width - 2}`,
        stroke: "currentColor", "stroke-opacity": 0.6, "stroke-dasharray": "4 3", fill: "none",
      }));
    }
    const line = [];
    const kept = [];
    const rejected = [];
    values.forEach((value, round) => {
      const [x, y] = [this.x(round).toFixed(1), scale.y(value).toFixed(1)];
      if (this.rounds.accepted[round] || round === 0) {
        line.push(`${line.length ? "L" : "M"}${x} ${y}`);
        kept.push(drawn("circle", { cx: x, cy: y, r: 2.2, fill: colourOf(0) }));
      } else {
        rejected.push(`M${x - 3} ${y - 3}l6 6m0 -6l-6 6`);
      }
    });
    group.append(
      drawn("path", { d: line.join(""), stroke: colourOf(0), "stroke-width": 1.4, fill: "none" }),
      ...kept,
      drawn("path", { d: rejected.join(""), stroke: colourOf(1), "stroke-width": 1.3, fill: "none" }),
    );
    return group;
  }

  // Marks a round in all panels.
  mark(round) {
    const x = this.x(round).toFixed(1);
    this.marker.setAttribute(
      "d",
      this.scales.map(({ bottom }) => `M${x} ${bottom - PANEL}V${bottom}`).join(""),
    );
    this.dots.replaceChildren(
      ...CURVES.map(([name], place) =>
        drawn("circle", { cx: x, cy: this.scales[place].y(this.rounds[name][round]), r: 4 }),
      ),
    );
  }
}
