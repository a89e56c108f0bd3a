// The command that does it again, the settings and the versions.

async function copy(text, shown, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied.";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(shown);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    said.textContent = "Selected: copy it with the keyboard.";
  }
}

function settingValue(path, value) {
  if (value === null) return "–";
  if (Array.isArray(value)) {
    return value.flatMap((_, place) => [place ? ", " : "", settingValue(`${path}.${place}`, value[place])]);
  }
  if (typeof value === "number") return field(path, EXACT);
  return printable(value);
}

function showSettings() {
  const body = byId("again-body");
  if (data.command) {
    const flags = data.command.split(/ (?=--|'--)/); // a line may break between them only
    const shown = element("code", {}, flags.map((flag, place) => [place ? " " : "", element("span", {}, printable(flag))]));
    const said = element("span", { role: "status", class: "quiet" });
    body.append(
      element("pre", { tabindex: "0", "aria-label": "Command" }, shown),
      element(
        "p",
        { class: "no-print" },
        element("button", { type: "button", id: "copy", click: () => copy(data.command, shown, said) }, "Copy"),
        " ",
        said,
      ),
    );
  } else {
    body.append(element("p", { class: "quiet" }, "The folder of this run has no run.flags, so that the command is not known."));
  }
  const settings = Object.entries(summary.settings).map(([name, value]) => [
    readable(name),
    settingValue(`settings.${keyed(name)}`, value),
  ]);
  const versions = Object.entries(summary.versions).map(([name, value]) => [
    printable(name),
    settingValue(`versions.${keyed(name)}`, value),
  ]);
  body.append(
    element(
      "div",
      { class: "split" },
      element("div", {}, element("h3", {}, "Settings"), pairs(settings)),
      element("div", {}, element("h3", {}, "Versions"), pairs(versions)),
    ),
  );
  byId("footer").append(
    "Drawn by nsculpt from summary.json and networks.npz of the run folder, where all numbers stand in full. " +
      "Here, numbers with a decimal point are rounded; whole numbers are exact.",
  );
}
