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

function showQuestion() {
  const sizes = summary.layer_sizes;
  const learned = [
    ["task", named(summary.task)],
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
      ["success rule", summary.truth.success_rule],
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
