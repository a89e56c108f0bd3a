// Numbers as they are written in all of nsculpt's tables of rates.

const READINGS = ["first", "mean", "any", "all"];
const NONE = "\u2013";

// Two decimals; what lies in the middle goes to the even one, as in the Markdown tables.
function two(value) {
  const isTie = Number.isInteger(value * 8) && (value * 8) % 2 !== 0;
  if (!isTie) return value.toFixed(2);
  const below = Math.floor(value * 100);
  return ((below + (below % 2)) / 100).toFixed(2);
}

// The ends of an interval, without a leading zero.
function between(low, high) {
  return `${two(low)}\u2013${two(high)}`.replaceAll("0.", ".");
}

// Medians may end in a half.
function edgeCount(value) {
  return value.toFixed(1).replace(/\.0$/, "");
}

function pValue(p) {
  if (p === null) return NONE;
  if (p < 0.0005) return "<.001";
  return p < 0.995 ? p.toFixed(3) : "1.00";
}

// Large networks take minutes for one.
function perSecond(rate) {
  return rate >= 1 ? rate.toFixed(1) : String(Number(rate.toPrecision(2)));
}

// A number that stands in a file: which file, and where in it, as a JSON pointer.
function given(text, file, ...place) {
  const keys = place.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`);
  return element("span", { "data-field": `${file}#${keys.join("")}` }, text);
}
