// Search, person and log within the scanner, from what is on the phone: the same with and without network.

import { make } from "./asking.js";
import { fill } from "./screen.js";
import { clockAt, UNDO, wordOf } from "./wording.js";

const MOST = 20;
const TONES = { here: ["ok", "taken"], out: ["", "pending"], expected: ["", "free"] };

/** Panels in `root` over what is `known`. `deeds`: letIn(guest id, type), undo(scan id, name), person(guest id) or null. */
export function makePanels(root, { known, said, list, deeds }) {
  const panel = root.querySelector("[data-panel]");
  const [found, status] = [panel.querySelector("[data-found]"), panel.querySelector("[data-found-status]")];
  const search = panel.querySelector("input[type=search]");
  const parts = { search: panel.querySelector("[data-by-name]"), log: panel.querySelector("[data-own-log]") };
  let opener = null;

  function open(name) {
    opener = document.activeElement;
    for (const [each, part] of Object.entries(parts)) part.hidden = each !== name;
    panel.hidden = false;
    root.dataset.panel = name;
    if (name === "search") {
      look();
      search.focus();
    } else {
      showLog();
      parts.log.querySelector("h2").focus();
    }
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    delete root.dataset.panel;
    search.value = "";
    found.replaceChildren();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  }

  function look() {
    const text = search.value;
    const rows = text.trim() ? known.named(text, MOST + 1) : [];
    const short = text.replace(/\s/g, "").length < 2;
    status.textContent = short ? (text.trim() ? said.found.two : "") : rows.length === 0 ? said.found.none : "";
    if (rows.length > MOST) status.textContent = fill(said.found.more, { number: MOST });
    found.replaceChildren(...rows.slice(0, MOST).map(cardOf));
  }

  function cardOf(row) {
    const standing = known.standing(row, list);
    const item = make("li", { class: "doorcard", "data-guest": row[1] });
    const button = make("button", { type: "button", class: "doorcard__open", "aria-expanded": "false" });
    const text = make("span");
    text.append(make("b", {}, row[2] || "–"), make("span", { class: "scan__soft" }, row[3]));
    button.append(text, tag(said.found[standing], ...TONES[standing]));
    button.addEventListener("click", () => unfold(item, button, row, standing));
    item.append(button);
    return item;
  }

  function unfold(item, button, row, standing) {
    const opened = item.querySelector(".doorcard__more");
    button.setAttribute("aria-expanded", String(!opened));
    if (opened) return opened.remove();
    const address = deeds.person(row[1]);
    if (address) return location.assign(address); // with a network the page of the person says more
    const more = make("div", { class: "doorcard__more" });
    more.append(make("p", { class: "scan__soft" }, known.told().tickets[row[4]].name));
    const type = root.dataset.type;
    const go = make("button", { type: "button", class: "btn btn--main", "data-let-in": "" }, said.found[type === "exit" ? "exit" : "in"]);
    go.append(make("span", { class: "vh" }, ` ${row[2]}`));
    go.dataset.standing = standing;
    go.addEventListener("click", () => {
      close();
      deeds.letIn(row[1], type);
    });
    more.append(go);
    item.append(more);
    return undefined;
  }

  function showLog() {
    const entries = known.entries().filter((each) => each.list === list);
    const items = entries.map((entry) => {
      const [tone, word] = wordOf(said, entry);
      const item = make("li", { "data-scan": entry.scan_id });
      const row = make("div", { class: "doorlog__row" });
      const text = make("div");
      const door = known.told().lists.find((each) => each.id === entry.list);
      const waits = entry.state === "waiting" ? `, ${said.log.waiting}` : "";
      const details = [clockAt(door.zone, entry.at), entry.ticket].filter(Boolean).join(", ") + waits;
      text.append(make("b", {}, entry.name || "–"), make("p", { class: "small scan__soft" }, details));
      row.append(text, tag(word, tone, entry.answer === "ok" && entry.undone === null ? "taken" : "off"));
      item.append(row);
      if (entry.answer === "ok" && entry.undone === null && known.now() - entry.at <= UNDO) {
        const undo = make("button", { type: "button", class: "btn btn--small" }, root.dataset.wordUndo);
        undo.append(make("span", { class: "vh" }, ` ${fill(root.dataset.wordFor, { name: entry.name })}`));
        undo.addEventListener("click", async () => {
          close();
          await deeds.undo(entry.scan_id, entry.name);
        });
        item.append(undo);
      }
      return item;
    });
    parts.log.querySelector("ol").replaceChildren(...items);
    parts.log.querySelector("[data-empty]").hidden = items.length > 0;
  }

  search.addEventListener("input", look);
  search.form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  panel.querySelector("[data-panel-close]").addEventListener("click", close);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());

  return { open, close, isOpen: () => !panel.hidden };
}

function tag(text, tone, well) {
  const element = make("span", { class: "tag", "data-tone": tone });
  const dot = make("span", { class: "well", "data-well": well, "aria-hidden": "true" });
  element.append(dot, ` ${text}`);
  return element;
}
