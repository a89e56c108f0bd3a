// For images: the pixels that each module sees, the darker the more of its units or edges.

const SHADES = 5;
const [FRAME_GAP, FRAME_HEAD] = [18, 42]; // pixels between frames, and above each

// Value, length, value, length ... -> one value a pixel.
function unrolled(runs) {
  const found = [];
  for (let i = 0; i < runs.length; i += 2) {
    for (let n = 0; n < runs[i + 1]; n += 1) found.push(runs[i]);
  }
  return found;
}

// Squares of some pixels as one path.
function squares(places, columns, inset = 0) {
  const side = 1 - 2 * inset;
  return places
    .map((place) => {
      const [x, y] = [place % columns, Math.floor(place / columns)];
      return `M${x + inset} ${y + inset}h${side}v${side}h-${side}z`;
    })
    .join("");
}

function frameOf(pixels, title, layers, x, y, scale) {
  const [rows, columns] = pixels.shape;
  const border = { stroke: "currentColor", fill: "none", "vector-effect": "non-scaling-stroke" };
  const [head, size] = title.split("\n");
  const [name, kinds = ""] = head.split(": ");
  const room = columns * scale;
  return drawn(
    "g",
    { transform: `translate(${x} ${y})` },
    drawn("text", { y: 11, fill: "currentColor", "font-size": 11, "font-weight": 600 }, fitted(name, room, 12)),
    [kinds, size].map((line, place) =>
      drawn(
        "text",
        { y: 24 + 12 * place, fill: "currentColor", "font-size": 10 },
        drawn("title", {}, line),
        fitted(line, room, 10),
      ),
    ),
    drawn(
      "g",
      { transform: `translate(0 ${FRAME_HEAD}) scale(${scale})` },
      layers,
      pixels.columns.map((at) =>
        drawn("path", { d: `M${at} 0v${rows}`, "stroke-dasharray": "3 3", "stroke-opacity": 0.6, ...border }),
      ),
      pixels.rows.map((at) =>
        drawn("path", { d: `M0 ${at}h${columns}`, "stroke-dasharray": "3 3", "stroke-opacity": 0.6, ...border }),
      ),
      drawn("rect", { width: columns, height: rows, "stroke-opacity": 0.5, ...border }),
    ),
  );
}

function ofAllModules(pixels) {
  const columns = pixels.shape[1];
  const places = new Map();
  unrolled(pixels.of).forEach((module, place) => {
    if (module < 0) return;
    if (!places.has(module)) places.set(module, []);
    places.get(module).push(place);
  });
  return [...places].map(([module, own]) =>
    drawn("path", { d: squares(own, columns), fill: colourOf(module), "fill-opacity": 0.85 }),
  );
}

function ofOneModule(pixels, module) {
  const columns = pixels.shape[1];
  const counts = unrolled(pixels.counts[module]);
  const most = Math.max(1, ...counts);
  const byShade = Array.from({ length: SHADES }, () => []);
  counts.forEach((count, place) => {
    if (count) byShade[Math.ceil((count / most) * SHADES) - 1].push(place);
  });
  const layers = byShade.map((own, shade) =>
    drawn("path", {
      d: squares(own, columns),
      fill: colourOf(Number(module)),
      "fill-opacity": 0.25 + (0.75 * shade) / (SHADES - 1),
    }),
  );
  const foreign = pixels.foreign[module] ?? [];
  layers.push(drawn("path", { d: squares(foreign, columns, 0.32), fill: "currentColor" }));
  return layers;
}

// All frames as one picture, as many in a row as there is room for.
function pixelFigure(pixels, label, width) {
  const [rows, columns] = pixels.shape;
  const scale = Math.max(1, Math.floor(Math.min(210 / columns, width / columns, 420 / rows)));
  const [wide, high] = [columns * scale, rows * scale + FRAME_HEAD];
  const inRow = Math.max(1, Math.floor((width + FRAME_GAP) / (wide + FRAME_GAP)));
  const frames = [
    ["all modules: by their colours\nunused pixels are blank", ofAllModules(pixels)],
    ...Object.entries(pixels.counts)
      .filter(([, counts]) => counts.some((value, place) => place % 2 === 0 && value > 0))
      .map(([module]) => [pixels.titles[module], ofOneModule(pixels, module)]),
  ];
  const numRows = Math.ceil(frames.length / inRow);
  const size = [
    Math.min(inRow, frames.length) * (wide + FRAME_GAP) - FRAME_GAP + 2,
    numRows * (high + FRAME_GAP) - FRAME_GAP + 2,
  ];
  return drawn(
    "svg",
    {
      role: "img",
      "font-family": FONT,
      viewBox: `0 0 ${size[0]} ${size[1]}`,
      width: size[0],
      height: size[1],
    },
    drawn("title", {}, label),
    frames.map(([title, layers], place) =>
      frameOf(
        pixels,
        title,
        layers,
        1 + (place % inRow) * (wide + FRAME_GAP),
        Math.floor(place / inRow) * (high + FRAME_GAP),
        scale,
      ),
    ),
  );
}
