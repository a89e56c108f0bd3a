// Figures as files of their own: with colours in place of those of the page, and on white. Each page
// says with `pageName()` what their names begin with.

const INK = "#1a1c1f";

function fileName(...parts) {
  const plain = (text) => text.replace(/[^A-Za-z0-9.-]+/g, "_").replace(/^[._]+/, "");
  // What tells figures of a page apart stands last, and is not to be cut off.
  return [plain(pageName()).slice(0, 40), plain(parts.join("_"))].filter(Boolean).join("_").slice(0, 100);
}

function standAlone(figure) {
  const copy = figure.cloneNode(true);
  const [, , width, height] = copy.getAttribute("viewBox").split(" ");
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("color", INK);
  for (const name of ["style", "class"]) copy.removeAttribute(name);
  for (const part of copy.querySelectorAll("*")) {
    for (const name of ["fill", "stroke"]) {
      if (part.getAttribute(name) === "currentColor") part.setAttribute(name, INK);
    }
    if (part.classList.contains("halo")) part.setAttribute("stroke", "#ffffff");
    part.removeAttribute("class");
  }
  copy.prepend(drawn("rect", { width: "100%", height: "100%", fill: "#ffffff" }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

function save(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// A figure with its caption and a button that saves it; `name` gives the parts of the file's name.
function framed(svg, caption, name, attributes = {}) {
  const button = element(
    "button",
    { type: "button", class: "save", click: () => save(standAlone(svg), `${fileName(...name())}.svg`) },
    "Save as SVG",
  );
  return element(
    "figure",
    attributes,
    scroller(caption, svg, "scroll plain"),
    element("figcaption", {}, caption, " ", button),
  );
}
