// The page over runs: what stands in its data, drawn.

const data = JSON.parse(byId("data").textContent);
const { experiment } = data;
const state = { score: data.scores[0]?.name ?? null, reading: "first", words: "" };
const BESIDE = "Fisher's exact p, two-sided, of our count against the paper's";

function pageName() {
  return data.title;
}

function reveal(id, ...content) {
  byId(id).append(...content);
  byId(id).closest("section").hidden = false;
}

function paragraphs(texts, attributes = {}) {
  return texts.map((text) => element("p", attributes, text));
}

function notRun() {
  const number = data.not_run.reduce((sum, { layers }) => sum + layers.length, 0);
  const item = ({ task, layers }) => element("li", {}, `${task}: ${layers.join(", ")}`);
  reveal("not-run-list", element(
    "details",
    {},
    element("summary", {}, `${counted(number, "cell")} of the experiment without a folder here`),
    element("ul", {}, data.not_run.map(item)),
  ));
}

function contents() {
  byId("sections").append(...[...document.querySelectorAll("section:not([hidden])")].map((section) => (
    element("a", { href: `#${section.id}` }, section.querySelector("h2").textContent)
  )));
}

lead();
if (experiment) {
  totals();
  if (experiment.bars.length) {
    figureSection();
    barsTable();
  }
} else if (data.grids.length) {
  figureSection();
}
cellsTable();
if (data.not_run.length) notRun();
byId("notes-list").append(...paragraphs(data.notes));
contents();
