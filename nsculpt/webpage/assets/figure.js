// A network: layers are columns, modules boxes, units dots, each in the colour of its module.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const GLIDE_MS = 350;
const MOST_GLIDING = 1500; // lines: more of them would stutter
const HEAD = 40; // pixels above the first row
const ruler = document.createElement("canvas").getContext("2d");

function widthOf(text, size = 12) {
  ruler.font = `${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

// At most `room` pixels wide.
function fitted(text, room, size = 12) {
  let length = [...text].length;
  while (length > 1 && widthOf(shortened(text, length), size) > room) length -= 1;
  return shortened(text, length);
}

function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function layerName(layer, last) {
  return layer === 0 ? "inputs" : layer === last ? "outputs" : `hidden ${layer}`;
}

class NetworkFigure {
  constructor() {
    this.svg = drawn("svg", { role: "img", "font-family": FONT, "font-size": 12 });
    this.places = new Map(); // of the dots that are shown, by layer and unit
    this.frame = 0;
  }

  // A line of text in place of a network.
  say(text, width) {
    cancelAnimationFrame(this.frame);
    this.places = new Map();
    this.resize(Math.min(width, widthOf(text) + 24), 60);
    this.svg.replaceChildren(
      drawn("title", {}, text),
      drawn("text", { x: 12, y: 34, fill: "currentColor" }, text),
    );
  }

  resize(width, height) {
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
  }

  // Draws a network; `tallest`: rows of the tallest of those that take turns here.
  draw(network, { label, width, tallest = network.height, glide = false }) {
    cancelAnimationFrame(this.frame);
    const plan = planned(network, width, tallest);
    const [lines, dots] = [drawn("g", { fill: "none" }), drawn("g")];
    this.svg.replaceChildren(
      drawn("title", {}, label),
      headings(network, plan),
      boxes(network, plan),
      lines,
      dots,
      numbers(network, plan),
      labels(network, plan),
    );
    this.resize(plan.width, plan.height);
    const strands = lineGroups(network);
    for (const strand of strands) lines.append(strand.path);
    const ends = network.places.map(([layer, row]) => [plan.x(layer), plan.y(row)]);
    const keys = network.places.map(([layer, , , , unit]) => `${layer}:${unit}`);
    const starts = keys.map((key, place) => this.places.get(key) ?? ends[place]);
    const circles = network.places.map(([, , module, count]) =>
      drawn("circle", { r: radius(count, plan.row), fill: colourOf(module) }),
    );
    dots.append(...circles);
    this.places = new Map(keys.map((key, place) => [key, ends[place]]));
    const show = (share) => {
      const now = ends.map(([x, y], place) => [
        starts[place][0] + share * (x - starts[place][0]),
        starts[place][1] + share * (y - starts[place][1]),
      ]);
      circles.forEach((circle, place) => {
        circle.setAttribute("cx", now[place][0].toFixed(1));
        circle.setAttribute("cy", now[place][1].toFixed(1));
      });
      for (const { path, pairs } of strands) {
        path.setAttribute("d", pairs.map(([a, b]) => curve(now[a], now[b], plan.half)).join(""));
      }
    };
    const numLines = strands.reduce((sum, { pairs }) => sum + pairs.length, 0);
    if (!glide || prefersStillness() || numLines > MOST_GLIDING) {
      show(1);
      return;
    }
    const began = performance.now();
    const step = (now) => {
      const share = Math.min((now - began) / GLIDE_MS, 1);
      show(share * share * (3 - 2 * share));
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    show(0);
    this.frame = requestAnimationFrame(step);
  }
}

function planned(network, width, tallest) {
  const last = network.sizes.length - 1;
  const names = network.places.map((place) => sideName(network, place)).filter(Boolean);
  const dead = network.dead.map(([unit]) => printable(summary.input_names[unit]));
  const most = Math.min(Math.max(width * 0.2, 56), 190);
  const room = (side) => Math.min(most, Math.max(24, ...side.map((text) => widthOf(text)))) + 12;
  const left = room([...names.filter(([layer]) => layer === 0).map(([, text]) => text), ...dead]);
  const right = room(names.filter(([layer]) => layer === last).map(([, text]) => text));
  const column = Math.min(Math.max((width - left - right) / (last + 0.26), 66), 190);
  const half = network.half_width * column;
  const row = Math.min(Math.max(520 / (tallest + 1), 9), 24);
  const top = HEAD + row * 0.7 + (row * (tallest - network.height)) / 2;
  return {
    half,
    row,
    most,
    last,
    width: Math.floor(left + right + last * column + 2 * half),
    height: Math.ceil(HEAD + row * (tallest + 1.4) + 4),
    x: (layer) => left + half + layer * column,
    y: (at) => top + at * row,
  };
}

// Layer and text of what stands beside a place at the left or the right; null for hidden layers.
function sideName(network, [layer, , , count, unit]) {
  const last = network.sizes.length - 1;
  if (layer !== 0 && layer !== last) return null;
  const names = layer === 0 ? summary.input_names : summary.output_names;
  return [layer, count > 1 ? `${count} ${layer === 0 ? "inputs" : "outputs"}` : printable(names[unit])];
}

function radius(count, row) {
  const least = Math.min(4.2, row * 0.36);
  return Math.min(least * (1 + 0.25 * Math.log2(count)), 10).toFixed(1);
}

function headings(network, plan) {
  const group = drawn("g", { "text-anchor": "middle", fill: "currentColor", "font-size": 11 });
  network.sizes.forEach((size, layer) => {
    const line = (text, y, opacity) =>
      drawn("text", { x: plan.x(layer), y, "fill-opacity": opacity }, text);
    const live = network.live[layer] === size ? `${size}` : `${network.live[layer]} of ${size}`;
    group.append(line(layerName(layer, plan.last), 12, 1), line(live, 26, 0.75));
  });
  return group;
}

// The outline of a module: its boxes, and bands between those of neighbouring layers.
function outline(spans, plan) {
  const corner = Math.min(5, plan.half / 2);
  const sides = spans.map(([layer, top, bottom]) => ({
    left: plan.x(layer) - plan.half,
    right: plan.x(layer) + plan.half,
    top: plan.y(top),
    bottom: plan.y(bottom),
  }));
  const [first, last] = [sides[0], sides[sides.length - 1]];
  let path = `M${first.left + corner} ${first.top}`;
  for (let i = 1; i < sides.length; i += 1) {
    path += band(sides[i - 1].right, sides[i - 1].top, sides[i].left, sides[i].top);
  }
  path += `H${last.right - corner}Q${last.right} ${last.top} ${last.right} ${last.top + corner}`;
  path += `V${last.bottom - corner}Q${last.right} ${last.bottom} ${last.right - corner} ${last.bottom}`;
  for (let i = sides.length - 1; i > 0; i -= 1) {
    path += band(sides[i].left, sides[i].bottom, sides[i - 1].right, sides[i - 1].bottom);
  }
  path += `H${first.left + corner}Q${first.left} ${first.bottom} ${first.left} ${first.bottom - corner}`;
  return `${path}V${first.top + corner}Q${first.left} ${first.top} ${first.left + corner} ${first.top}Z`;
}

function band(x, y, endX, endY) {
  const middle = (x + endX) / 2;
  return `H${x}C${middle} ${y} ${middle} ${endY} ${endX} ${endY}`;
}

function boxes(network, plan) {
  const group = drawn("g", { "fill-opacity": 0.13, "stroke-width": 1.2 });
  for (const [modules, spans] of network.boxes) {
    const colour = colourOf(modules.length === 1 ? modules[0] : -1);
    group.append(drawn("path", { d: outline(spans, plan), fill: colour, stroke: colour }));
  }
  return group;
}

// Above the first box of each module its number.
function numbers(network, plan) {
  const size = Math.min(11, Math.max(plan.row * 0.55, 8.5));
  const group = drawn("g", {
    fill: "currentColor",
    "font-size": size,
    "font-weight": 600,
    "paint-order": "stroke",
    "stroke-width": 2.5,
    class: "halo",
  });
  for (const [modules, spans] of network.boxes) {
    const [layer, top] = spans[0];
    const text = modules.length === 1 ? String(modules[0]) : `${modules.length} modules`;
    group.append(drawn("text", { x: plan.x(layer) - plan.half, y: plan.y(top) - 2 }, text));
  }
  return group;
}

// Lines of one colour and width are one path.
function lineGroups(network) {
  const groups = new Map();
  const numLines = Math.max(...network.edges.map((layer) => layer.length));
  const opacity = Math.max(0.25, Math.min(0.85, 90 / numLines));
  for (const [from, to, count] of network.edges.flat()) {
    const module = network.places[from][2];
    const thickness = Math.min(1.2 + 0.45 * Math.log2(count), 5).toFixed(1);
    const key = `${module}:${thickness}`;
    if (!groups.has(key)) {
      const path = drawn("path", {
        stroke: colourOf(module),
        "stroke-width": thickness,
        "stroke-opacity": opacity,
      });
      groups.set(key, { path, pairs: [] });
    }
    groups.get(key).pairs.push([from, to]);
  }
  return [...groups.values()];
}

// Level inside the boxes, an S between them.
function curve([x, y], [endX, endY], half) {
  const [left, right] = [x + half, endX - half];
  const middle = ((left + right) / 2).toFixed(1);
  const [from, to] = [y.toFixed(1), endY.toFixed(1)];
  return (
    `M${x.toFixed(1)} ${from}H${left.toFixed(1)}C${middle} ${from} ${middle} ${to} ` +
    `${right.toFixed(1)} ${to}H${endX.toFixed(1)}`
  );
}

function labels(network, plan) {
  const group = drawn("g", { fill: "currentColor" });
  const write = (text, layer, row, opacity) => {
    const side = layer === 0 ? -1 : 1;
    group.append(
      drawn(
        "text",
        {
          x: plan.x(layer) + side * (plan.half + 7),
          y: plan.y(row),
          dy: "0.35em",
          "text-anchor": side < 0 ? "end" : "start",
          "font-size": Math.min(12, plan.row),
          "fill-opacity": opacity,
        },
        drawn("title", {}, text),
        fitted(text, plan.most),
      ),
    );
  };
  for (const place of network.places) {
    const beside = sideName(network, place);
    if (beside) write(beside[1], beside[0], place[1], 1);
  }
  for (const [unit, row] of network.dead) {
    write(printable(summary.input_names[unit]), 0, row, 0.65);
    group.append(
      drawn("circle", {
        cx: plan.x(0),
        cy: plan.y(row),
        r: radius(1, plan.row),
        fill: "none",
        stroke: "currentColor",
        "stroke-opacity": 0.65,
      }),
    );
  }
  return group;
}
