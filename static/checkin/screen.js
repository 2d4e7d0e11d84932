// What stands on the scanner's screen: the finder or a verdict, count, network, last guests.

const MOST_GUESTS = 3;

/** A sentence of the page with its {placeholders} filled in. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** The screen of the scanner `root`. `deeds` are called by its buttons: next, undo(scan, name), force. */
export function makeScreen(root, deeds) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const words = root.dataset;
  const [stage, finder, again] = [part("stage"), part("finder"), part("again")];
  const [say, shout, count, expected, net] = ["say", "shout", "count", "expected", "net"].map(part);
  const guests = part("last");
  let shown = null;
  let retrying = false;

  for (const item of guests.children) {
    if (item.querySelector("form")) addUndo(item, item.dataset.scan, item.querySelector(".scan__name").textContent);
  }

  function addUndo(item, scan, name) {
    const form = item.querySelector("form");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    const more = document.createElement("span");
    more.className = "vh";
    more.textContent = ` ${fill(words.wordFor, { name })}`;
    button.append(words.wordUndo, more);
    button.addEventListener("click", () => deeds.undo(scan, name));
    if (form) form.replaceWith(button);
    else item.append(button);
  }

  function announce(text, urgent) {
    say.textContent = urgent ? "" : text;
    shout.textContent = urgent ? text : "";
  }

  function clear() {
    shown?.forEach((element) => element.remove());
    shown = null;
  }

  return {
    /** Back to the picture of the camera. */
    finder() {
      clear();
      finder.hidden = false;
      again.hidden = !retrying;
      announce("", false);
    },

    /** A hint in the finder; `retry` offers to start the camera again. */
    hint(text, retry = false) {
      retrying = retry;
      finder.hidden = shown !== null;
      part("hint").textContent = text;
      again.hidden = !retry || shown !== null;
      if (retry) announce(text, true);
    },

    /** Fill the screen with an answer. `own` are the actions that make sense: next, undo, force, person. */
    verdict(answer, own) {
      clear();
      finder.hidden = true;
      again.hidden = true;
      const verdict = part("verdict").content.cloneNode(true).firstElementChild;
      const actions = part("actions").content.cloneNode(true).firstElementChild;
      verdict.dataset.v = answer.tone;
      verdict.dataset.answer = answer.answer;
      for (const glyph of verdict.querySelectorAll("[data-shape]")) {
        if (glyph.dataset.shape !== answer.shape) glyph.remove();
      }
      const texts = { head: "headline", name: "name", organisation: "organisation", ticket: "ticket", do: "instruction" };
      for (const [place, key] of Object.entries(texts)) {
        verdict.querySelector(`[data-${place}]`).textContent = answer[key] ?? "";
      }
      const next = actions.querySelector("[data-next]");
      next.textContent = own.next ?? (answer.force ? words.wordStay : words.wordNext);
      next.addEventListener("click", deeds.next);
      const optional = {
        "undo-this": answer.undo && (() => deeds.undo(answer.scan, answer.name)),
        force: answer.force && deeds.force,
      };
      for (const [name, deed] of Object.entries(optional)) {
        const button = actions.querySelector(`[data-${name}]`);
        if (deed) button.addEventListener("click", deed);
        else button.remove();
      }
      const check = actions.querySelector("[data-check]");
      if (answer.person) check.href = words.person.replace("PERSON", answer.person);
      else check.remove();
      if (answer.person) actions.querySelector("[data-search]").remove();
      shown = [verdict, actions];
      stage.append(verdict);
      root.querySelector(".scan__foot").prepend(actions);
      root.dataset.state = "verdict";
      next.focus({ preventScroll: true });
      announce([answer.headline, answer.name, answer.instruction].filter(Boolean).join(". "), answer.answer !== "ok");
    },

    /** The count "187 of 512". */
    count(number, of) {
      count.textContent = number;
      expected.textContent = fill(expected.dataset.words, { number: of });
    },

    /** The pill: "on", "off" or "busy". */
    net(state) {
      const text = { on: words.wordOnline, off: words.wordOffline, busy: words.wordSending }[state];
      net.dataset.net = state === "off" ? "off" : "on";
      part("net-text").textContent = text;
      net.querySelector(".well").dataset.well = { on: "taken", off: "off", busy: "pending" }[state];
    },

    /** Put a guest on top of the last ones. */
    add(answer) {
      if (guests.querySelector(`[data-scan="${CSS.escape(answer.scan)}"]`)) return;
      const item = document.createElement("li");
      item.dataset.scan = answer.scan;
      const well = document.createElement("span");
      well.className = "well";
      well.dataset.well = answer.type === "exit" ? "free" : "taken";
      well.setAttribute("aria-hidden", "true");
      const name = document.createElement("span");
      name.className = "scan__name";
      name.textContent = answer.name;
      const time = document.createElement("time");
      time.textContent = answer.at;
      item.append(well, name, time);
      addUndo(item, answer.scan, answer.name);
      guests.prepend(item);
      while (guests.children.length > MOST_GUESTS) guests.lastElementChild.remove();
    },

    /** Take a guest off the last ones. */
    remove(scan) {
      guests.querySelector(`[data-scan="${CSS.escape(scan)}"]`)?.remove();
    },

    announce,
  };
}
