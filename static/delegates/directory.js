// The directory changes in place: filters, search, sorting and pages fetch the same address and replace what it shows,
// so that the back button leads through what one has looked at. Without this file the form does the same.

const form = document.querySelector("form[data-directory]");
const status = document.getElementById("number-found");
let running;

function address() {
  const wish = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...wish]) if (value === "") wish.delete(name, value);
  if (wish.get("sort") === "reasons") wish.delete("sort");
  const query = wish.toString();
  return query ? `${form.action}?${query}` : form.action;
}

// What the person has opened and where they stand, to be found again in what replaces it.
function remember() {
  const { name, value, type } = document.activeElement;
  const inside = form.contains(document.activeElement) && name;
  return {
    filters: form.querySelector(".filters")?.open,
    legends: [...form.querySelectorAll(".more[open]")].map((list) => legend(list)),
    focus: inside ? (type === "checkbox" ? `[name="${name}"][value="${CSS.escape(value)}"]` : `[name="${name}"]`) : null,
  };
}

function legend(list) {
  return list.closest("fieldset").querySelector("legend").textContent;
}

function restore(kept) {
  const filters = form.querySelector(".filters");
  if (filters) filters.open = kept.filters;
  for (const list of form.querySelectorAll(".more")) list.open = kept.legends.includes(legend(list));
  if (kept.focus) form.querySelector(kept.focus)?.focus({ preventScroll: true });
}

function prepare() {
  for (const button of form.querySelectorAll("[data-plain]")) button.remove();
}

async function show(url, { push = true, scroll = null, close = false, top = false } = {}) {
  running?.abort();
  running = new AbortController();
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { "X-Part": "results" }, signal: running.signal });
    if (!answer.ok || answer.redirected) {
      window.location.assign(url);
      return;
    }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const kept = remember();
    if (close) kept.filters = false;
    if (push) {
      window.history.replaceState({ scroll: window.scrollY }, "");
      window.history.pushState({ scroll: null }, "", url);
    }
    form.replaceChildren(...part.body.childNodes);
    prepare();
    restore(kept);
    const number = document.getElementById("found");
    status.textContent = number.textContent;
    if (top) number.scrollIntoView({ block: "start" });
    if (scroll !== null) window.scrollTo(0, scroll);
  } catch (error) {
    if (error.name !== "AbortError") window.location.assign(url);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  show(address(), { close: true, top: form.querySelector(".filters")?.open });
});

form.addEventListener("change", (event) => {
  if (event.target.type !== "search") show(address());
});

form.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  if (new URL(link.href).pathname !== new URL(form.action).pathname) return;
  event.preventDefault();
  show(link.href, { top: Boolean(link.rel) });
});

window.addEventListener("popstate", (event) => {
  show(window.location.href, { push: false, scroll: event.state?.scroll ?? 0 });
});

prepare();
