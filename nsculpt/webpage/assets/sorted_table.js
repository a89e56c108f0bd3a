// A table whose columns sort by the button in their head. What has no value comes last either way.

// columns: {head, about, numeric, name, value(row), show(row)}; the first holds the heads of the
// rows. A `name` may be long, and breaks anywhere.
// Returns the table, and show(rows) that fills it with other rows in the order asked for.
function sortedTable(caption, columns, rows) {
  const body = element("tbody");
  const order = { column: null, falling: false };
  let shown = rows;

  const classOf = (column) => (column.numeric ? "number" : column.name ? "name" : null);

  const heads = columns.map((column) => {
    const sort = () => {
      order.falling = order.column === column && !order.falling;
      order.column = column;
      heads.forEach((each) => each.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", order.falling ? "descending" : "ascending");
      fillRows();
    };
    const head = element(
      "th", { scope: "col", class: classOf(column), "aria-sort": "none" },
      element("button", { type: "button", title: column.about ?? null, click: sort }, column.head),
    );
    return head;
  });

  function fillRows() {
    const ordered = order.column ? sortedBy(shown, order.column.value, order.falling) : shown;
    body.replaceChildren(...ordered.map((row) => element("tr", {}, columns.map((column, at) =>
      element(
        at ? "td" : "th",
        { scope: at ? null : "row", class: classOf(column) },
        column.show(row),
      )))));
  }

  fillRows();
  const table = element(
    "table", { class: "runs" },
    captioned(caption), element("thead", {}, element("tr", {}, heads)), body,
  );
  return { table, show: (others) => { shown = others; fillRows(); } };
}

function sortedBy(rows, value, falling) {
  const sign = falling ? -1 : 1;
  const isMissing = (each) => each === null || each === undefined || each === "";
  return rows
    .map((row) => [value(row), row])
    .sort(([one], [other]) => {
      if (isMissing(one) || isMissing(other)) return isMissing(one) - isMissing(other);
      const order = typeof one === "string" && typeof other === "string"
        ? one.localeCompare(other, "en", { numeric: true })
        : one - other;
      return sign * order;
    })
    .map(([, row]) => row);
}

// A region that scrolls, also with the keyboard.
function scrolling(name, content) {
  return element("div", { class: "scroll", role: "region", "aria-label": name, tabindex: "0" }, content);
}
