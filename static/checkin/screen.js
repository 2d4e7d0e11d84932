// What stands on the scanner's screen: the finder or a verdict, count, network, last guests.

import { askingForm, make } from "./asking.js";

const MOST_GUESTS = 3;

/** A sentence of the page with its {placeholders} filled in. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/**
 * The screen of the scanner `root`. `deeds` are called by its buttons: next, undo(scan, name), force, answer(answers);
 * csrf() is the key of forms.
 */
export function makeScreen(root, said, deeds) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const words = root.dataset;
  const [stage, finder, again] = [part("stage"), part("finder"), part("again")];
  const [say, shout, count, expected, net] = ["say", "shout", "count", "expected", "net"].map(part);
  const [guests, loading] = [part("last"), part("loading")];
  let shown = null;
  let retrying = false;

  for (const item of guests.children) {
    if (item.querySelector("form")) addUndo(item, item.dataset.scan, item.querySelector(".scan__name").textContent);
  }

  function addUndo(item, scan, name) {
    const button = make("button", { type: "button", class: "btn btn--small" }, words.wordUndo);
    button.append(make("span", { class: "vh" }, ` ${fill(words.wordFor, { name })}`));
    button.addEventListener("click", () => deeds.undo(scan, name));
    const form = item.querySelector("form");
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

  /** The part of an answer that fills the screen. */
  function verdictOf(answer) {
    const verdict = part("verdict").content.cloneNode(true).firstElementChild;
    verdict.dataset.v = answer.tone;
    verdict.dataset.answer = answer.answer;
    for (const glyph of verdict.querySelectorAll("[data-shape]")) {
      if (glyph.dataset.shape !== answer.shape) glyph.remove();
    }
    const texts = {
      off: answer.offline,
      head: answer.headline,
      name: answer.name,
      organisation: answer.organisation,
      ticket: answer.ticket,
      do: instructionOf(answer),
      note: answer.note || (answer.attention ? said.attention : ""),
    };
    for (const [place, text] of Object.entries(texts)) verdict.querySelector(`[data-${place}]`).textContent = text ?? "";
    verdict.querySelector("[data-note]").toggleAttribute("data-attention", Boolean(answer.attention));
    verdict.querySelector("[data-extras]").append(...(answer.extras ?? []).map((each) => make("li", {}, each)));
    return verdict;
  }

  const printable = ({ answer, person, type }) => Boolean(person) && type === "entry" && ["ok", "already_in"].includes(answer);
  const asks = (answer) => answer.answer === "incomplete" && (answer.questions?.length ?? 0) > 0;
  const instructionOf = (answer) => (asks(answer) ? said.ask : answer.instruction);

  /** The buttons below an answer, for those deeds that make sense. */
  function actionsOf(answer, own) {
    const actions = part("actions").content.cloneNode(true).firstElementChild;
    const next = actions.querySelector("[data-next]");
    next.textContent = own.next ?? (answer.force || asks(answer) ? words.wordStay : words.wordNext);
    next.addEventListener("click", deeds.next);
    next.classList.toggle("btn--main", !asks(answer));
    const optional = {
      "undo-this": answer.undo && (() => deeds.undo(answer.scan, answer.name)),
      force: answer.force && deeds.force,
      reload: own.reload && (() => location.reload()),
    };
    for (const [name, deed] of Object.entries(optional)) {
      const button = actions.querySelector(`[data-${name}]`);
      if (deed) button.addEventListener("click", deed);
      else button.remove();
    }
    const badge = actions.querySelector("[data-badge]")?.form;
    if (badge && printable(answer)) {
      badge.action = badge.getAttribute("action").replace("PERSON", answer.person);
      badge.elements.csrf_token.value = deeds.csrf();
    } else badge?.remove();
    const check = actions.querySelector("[data-check]");
    if (answer.person) check.href = words.person.replace("PERSON", answer.person);
    else check.remove();
    if (answer.person || own.reload) actions.querySelector("[data-search]").remove();
    if (own.reload) next.remove();
    return actions;
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

    /** Fill the screen with an answer. `own` says what differs: { next: another word, reload: nothing but that }. */
    verdict(answer, own = {}) {
      clear();
      finder.hidden = true;
      again.hidden = true;
      const [verdict, actions] = [verdictOf(answer), actionsOf(answer, own)];
      let first = actions.querySelector("[data-next], [data-reload]");
      if (asks(answer)) {
        const form = askingForm(answer.questions, said, deeds.answer);
        form.id = "asking";
        verdict.append(form);
        actions.prepend(make("button", { class: "btn btn--main", form: "asking", "data-answer-save": "" }, said.ask_save));
        first = form.querySelector("input");
      }
      shown = [verdict, actions];
      stage.append(verdict);
      root.querySelector(".scan__foot").prepend(actions);
      root.dataset.state = "verdict";
      first.focus({ preventScroll: true });
      const spoken = [answer.headline, answer.name, instructionOf(answer)].filter(Boolean);
      announce(spoken.join(". "), answer.answer !== "ok");
    },

    /** Print the badge of whoever the verdict is about, on the page of that badge; whether that can be. */
    print() {
      const form = root.querySelector(".scan__foot [data-badge]")?.form;
      form?.requestSubmit();
      return Boolean(form);
    },

    /** The count "187 of 512"; without `of` what was expected stays. */
    count(number, of = null) {
      count.textContent = number;
      if (of !== null) expected.textContent = fill(expected.dataset.words, { number: of });
    },

    /** The pill: "on", "off" or "busy", and how many scans wait. */
    net(state, waiting) {
      const off = state === "off";
      const waits = fill(off ? said.offline_waiting : said.online_waiting, { number: waiting });
      const text = state === "busy" ? words.wordSending : waiting > 0 ? waits : off ? said.offline : words.wordOnline;
      net.dataset.net = off ? "off" : "on";
      part("net-text").textContent = text;
      net.querySelector(".well").dataset.well = { on: "taken", off: "off", busy: "pending" }[state];
      root.dataset.net = state;
      root.dataset.waiting = waiting;
    },

    /** How far the guest list is that is being loaded, 0 to 1; null once it is there. */
    loading(share) {
      loading.hidden = share === null;
      if (share === null) return;
      loading.querySelector("progress").value = share;
      loading.querySelector("label").textContent = fill(said.loading, { share: `${Math.round(share * 100)}\u00a0%` });
    },

    /** Put a guest on top of the last ones. */
    add(answer) {
      if (guests.querySelector(`[data-scan="${CSS.escape(answer.scan)}"]`)) return;
      const item = make("li", { "data-scan": answer.scan });
      const well = make("span", { class: "well", "data-well": answer.type === "exit" ? "free" : "taken", "aria-hidden": "true" });
      item.append(well, make("span", { class: "scan__name" }, answer.name), make("time", {}, answer.at));
      addUndo(item, answer.scan, answer.name);
      guests.prepend(item);
      while (guests.children.length > MOST_GUESTS) guests.lastElementChild.remove();
    },

    /** Take a guest off the last ones. */
    remove(scan) {
      guests.querySelector(`[data-scan="${CSS.escape(scan)}"]`)?.remove();
    },

    /** Take everybody off. */
    forget: () => guests.replaceChildren(),

    announce,
  };
}
