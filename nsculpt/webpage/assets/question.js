// The question: what the network was to learn, and what the task says of its own structure.

// Names; the first and the last where they are many.
function list(names) {
  if (names.length > 40) return [named(names[0]), " … ", named(names[names.length - 1])];
  return names.flatMap((name, place) => [place ? " " : "", named(name)]);
}

function pairs(entries) {
  return element(
    "dl",
    { class: "pairs" },
    entries.flatMap(([term, ...said]) => [element("dt", {}, term), element("dd", {}, said)]),
  );
}

// By the task's success rule: what a network that succeeds shows, and what the rule asks for.
const RULES = {
  general: {
    found: "the structure that the task declares",
    asks: "the declared groups of inputs and of outputs, and the declared module graph, chains as one, where there is one",
  },
  partition: {
    found: "the groups of inputs and outputs that the task declares",
    asks: "the declared groups of inputs and of outputs; not which module reads which",
  },
  reuse: {
    found: "the groups that the task declares, and one module of inputs that is reused",
    asks: "the declared groups of inputs and of outputs, and the whole first hidden layer in modules of inputs",
  },
  hierarchy: {
    found: "what the paper counts as the declared hierarchy",
    asks: "with three hidden layers or more, the declared groups of inputs and of outputs and exactly one module " +
      "between them; with fewer, the declared groups of inputs, and one module for all outputs and none between",
  },
};

// What the task was made of, where it has no name of its own.
const SOURCES = ["formulas", "truth_table", "function_graph", "dataset"];

function showQuestion() {
  const sizes = summary.layer_sizes;
  const learned = [
    ["task", named(summary.task)],
    ...SOURCES.filter((name) => typeof summary.task_flags?.[name] === "string").map((name) => [
      readable(name),
      ...(name === "formulas" ? summary.task_flags[name].split(";") : [summary.task_flags[name]])
        .filter((line) => line.trim())
        .map((line) => element("code", { class: "line" }, named(line.trim()))),
    ]),
    ["inputs", `${sizes[0]}: `, list(summary.input_names)],
    ["outputs", `${sizes[sizes.length - 1]}: `, list(summary.output_names)],
    ["network", sizes.join("-")],
  ];
  if (summary.image_shape) learned.push(["image", `${summary.image_shape.join(" × ")} pixels`]);
  if (isLabelled) {
    const { declared } = data;
    learned.push(
      ["declared inputs", declared.inputs.length ? braced(declared.inputs) : "nothing"],
      ["declared outputs", declared.outputs.length ? braced(declared.outputs) : "nothing"],
      ["success rule", `${printable(summary.truth.success_rule)}: ${RULES[summary.truth.success_rule]?.asks ?? "of the task's own"}`],
    );
  } else {
    learned.push(["declared", "nothing about its structure, so that nothing can be scored"]);
  }
  const body = byId("question-body");
  body.append(pairs(learned));
  if (data.truth) {
    body.append(
      framed(picture(data.truth), "What the task declares about itself.", () => ["truth"]),
    );
  }
}
