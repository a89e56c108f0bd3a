// Elements of the page. Text goes in as text: nothing in the data is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
  return document.getElementById(id);
}

function add(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null));
  return made;
}

// An element of HTML; an attribute that is a function is a listener for that event.
function element(tag, attributes = {}, ...children) {
  return add(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes = {}, ...children) {
  return add(document.createElementNS(SVG, tag), attributes, children);
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// A picture that the page brings as text; parsed apart, as XML, it can hold no script that runs.
function picture(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const made = document.importNode(parsed, true);
  Object.assign(made.style, { maxWidth: "100%", minWidth: `${leastWidth(made)}px`, height: "auto" });
  return made;
}

// Pixels: somewhat smaller than it is where there is little room; with less it scrolls.
function leastWidth(svg) {
  return 0.85 * Number(svg.getAttribute("width"));
}

// A box that scrolls by itself where its content is wider; then the tab key stops at it.
function scroller(name, content, className = "scroll") {
  const box = element("div", { class: className }, content);
  const look = () => {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    for (const [attribute, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", name]]) {
      if (scrolls) box.setAttribute(attribute, value);
      else box.removeAttribute(attribute);
    }
  };
  const observer = new ResizeObserver(look);
  observer.observe(box);
  observer.observe(content);
  return box;
}

// What a table shows: it stays in sight, and breaks, where the table is wider than the page.
function captioned(text) {
  return element("caption", {}, element("span", {}, text));
}

// A table with headings; cells are nodes or texts.
function table(caption, heads, rows, attributes = {}) {
  const cell = (tag, scope) => (content) =>
    element(tag, scope ? { scope } : {}, content === null ? "" : content);
  const made = element(
    "table",
    attributes,
    captioned(caption),
    element("thead", {}, element("tr", {}, heads.map(cell("th", "col")))),
    element(
      "tbody",
      {},
      rows.map(([first, ...rest]) =>
        element("tr", {}, cell("th", "row")(first), rest.map(cell("td"))),
      ),
    ),
  );
  return scroller(caption, made);
}

// A choice of one of a few: radio buttons, with the keyboard as the browser has it.
function choice(legend, name, options, chosen, onchange) {
  const buttons = options.map(([value, text]) =>
    element(
      "label",
      {},
      element("input", {
        type: "radio",
        name,
        value,
        checked: value === chosen,
        change: () => onchange(value),
      }),
      element("span", {}, text),
    ),
  );
  return element("fieldset", { class: "choice" }, element("legend", {}, legend), buttons);
}

// Arrow keys move between buttons that stand in rows; only one of them is a stop of the tab key.
function roving(container, buttons, columns) {
  const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  buttons.forEach((button, place) => {
    button.tabIndex = place ? -1 : 0;
  });
  container.addEventListener("focusin", (event) => {
    if (!buttons.includes(event.target)) return;
    for (const button of buttons) button.tabIndex = button === event.target ? 0 : -1;
  });
  container.addEventListener("keydown", (event) => {
    const place = buttons.indexOf(event.target);
    const ends = { Home: 0, End: buttons.length - 1 };
    const next = event.key in ends ? ends[event.key] : place + moves[event.key];
    if (place < 0 || !buttons[next]) return;
    event.preventDefault();
    buttons[next].focus();
  });
}
