// Words and numbers as they are shown.

const data = JSON.parse(byId("data").textContent);
const summary = data.summary;
const isLabelled = summary.truth !== undefined && summary.truth !== null;

const WRITTEN = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// Characters that would not show, or would disturb what stands around them, as escapes.
function printable(text) {
  return String(text).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (found) => WRITTEN[found] ?? `\\u${found.codePointAt(0).toString(16).padStart(4, "0")}`,
  );
}

// An ellipsis stands for what is cut from the middle.
function shortened(text, length) {
  const letters = [...text];
  if (letters.length <= length) return text;
  const head = Math.floor(length / 2);
  const tail = length - 1 - head;
  return `${letters.slice(0, head).join("")}…${tail ? letters.slice(-tail).join("") : ""}`;
}

// A name in a line of text, whatever direction it is written in.
function named(text) {
  return element("bdi", { dir: "ltr" }, printable(text));
}

function pageName() {
  return summary.task;
}

const EXACT = -1; // decimals of what is shown as it is, such as a setting

// Whole numbers as they are. Others are rounded, but never to a whole number that they are not.
function rounded(value, decimals = 2) {
  if (Number.isInteger(value) || decimals === EXACT) return String(value);
  for (let digits = decimals; digits < 16; digits += 1) {
    const text = value.toFixed(digits);
    if (!Number.isInteger(Number(text))) return text;
  }
  return String(value);
}

// A name as part of such a path as `at` takes.
function keyed(name) {
  return name.replaceAll("~", "~0").replaceAll(".", "~1");
}

// What summary.json has under a path such as "runs.3.alive_edges".
function at(path) {
  const names = path.split(".").map((name) => name.replaceAll("~1", ".").replaceAll("~0", "~"));
  return names.reduce((found, name) => found?.[name] ?? null, summary);
}

// A number of summary.json, which says where it stands there.
function field(path, decimals = 2) {
  const value = at(path);
  if (typeof value !== "number") return document.createTextNode("–");
  return element("span", { class: "number", "data-field": path }, rounded(value, decimals));
}

// A number of summary.json with its noun: 1 alive edge, 2 alive edges.
function countField(path, noun) {
  return [field(path), ` ${noun}${at(path) === 1 ? "" : "s"}`];
}

// Yes and no as words and signs: colour alone would not do.
function verdict(value) {
  if (value === null || value === undefined) return "?";
  return element("span", { class: value ? "yes" : "no" }, value ? "✓ yes" : "✗ no");
}

const SPELT = { ari: "adjusted Rand index", nmi: "normalised mutual information", f1: "F1" };

function readable(name) {
  return printable(name).split("_").map((word) => SPELT[word] ?? word).join(" ");
}

// Groups in words, each in braces.
function braced(texts) {
  return texts.flatMap((text, place) => [place ? " " : "", "{", named(text), "}"]);
}

function runName(run) {
  return `seed ${run.seed}, unit step ${run.unit_step}, edge step ${run.edge_step}`;
}

// The letter of the structure that a run shows; null where it shows none.
function letterOf(run) {
  if (run.structure === null || run.structure === undefined) return null;
  const seed = summary.diversity.findIndex((found) => found.seed === run.seed);
  return data.structures.letters[seed][run.structure];
}

function colourOf(module) {
  const { colours } = data;
  const last = colours.length - 1;
  return module < 0 ? colours[last] : colours[module % last];
}

// Gives an element the colour of a structure; from the seventh on the letter alone tells them apart.
function tint(made, letter) {
  const place = letter.length === 1 ? letter.charCodeAt(0) - 65 : data.colours.length;
  if (place >= data.colours.length - 1) return;
  made.classList.add("tinted");
  made.style.setProperty("--tint", data.colours[place]);
}
