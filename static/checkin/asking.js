// What a list asks before it lets somebody in, as a form within the verdict.

/** A form for `questions`, { id, label, kind, required, options: [{ key, label }] }; `answered` gets the answers by id. */
export function askingForm(questions, said, answered) {
  const form = document.createElement("form");
  form.className = "asking";
  form.noValidate = true;
  const fields = questions.map((each, number) => fieldOf(each, `ask-${number}`, said));
  form.append(...fields.map((each) => each.element));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const lacking = fields.filter((each) => !each.check());
    if (lacking.length > 0) return lacking[0].focus();
    const given = fields.map((each) => [each.id, each.answer()]).filter(([, answer]) => answer !== null);
    return answered(Object.fromEntries(given));
  });
  return form;
}

function fieldOf(question, name, said) {
  const { id, kind, required } = question;
  const choices =
    kind === "choice" ? question.options : kind === "yes_no" ? [{ key: "yes", label: said.yes }, { key: "no", label: said.no }] : null;
  const element = make(choices ? "fieldset" : "div", { class: "asking__field" });
  const legend = make(choices ? "legend" : "label", choices ? {} : { for: name });
  legend.append(question.label, ...(required ? [] : [" ", make("span", { class: "opt" }, said.optional)]));
  const error = make("p", { class: "asking__error", id: `${name}-error` }, said.ask_missing);
  error.hidden = true;
  element.append(legend, error);
  const inputs = choices ? choicesOf(element, choices, name) : [make("input", { class: "input", id: name, name, maxlength: "500", autocomplete: "off" })];
  if (!choices) element.append(inputs[0]);

  const answer = () => {
    if (!choices) return inputs[0].value.trim() || null;
    const key = inputs.find((each) => each.checked)?.value ?? null;
    return kind === "yes_no" && key !== null ? key === "yes" : key;
  };
  return {
    id,
    element,
    answer,
    focus: () => inputs[0].focus(),
    check() {
      const fine = !required || answer() !== null;
      error.hidden = fine;
      for (const each of inputs) {
        if (fine) ["aria-invalid", "aria-describedby"].forEach((attribute) => each.removeAttribute(attribute));
        else [["aria-invalid", "true"], ["aria-describedby", error.id]].forEach((pair) => each.setAttribute(...pair));
      }
      return fine;
    },
  };
}

function choicesOf(element, choices, name) {
  const row = make("div", { class: "asking__choices" });
  element.append(row);
  return choices.map(({ key, label }) => {
    const input = make("input", { type: "radio", name, value: key });
    const whole = make("label", { class: "asking__choice" });
    whole.append(input, make("span", {}, label));
    row.append(whole);
    return input;
  });
}

/** An element with attributes and a text. */
export function make(kind, attributes = {}, text = "") {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.append(text);
  return element;
}
