// Questions come and go while people answer. The server alone knows the conditions: it is asked after each change.
// Without this script the same questions come up when the form is sent.

const QUIET = 300;

for (const form of document.querySelectorAll("form[data-shown-url]")) {
  let asked = 0;
  let timer = 0;

  // What has been typed, without the bytes of files: that one was chosen is enough.
  const answers = () => {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) {
      data.delete(input.name);
      if (input.files.length > 0) data.set(`${input.name}-chosen`, "1");
    }
    return data;
  };

  const show = (names) => {
    for (const question of form.querySelectorAll("[data-question]")) {
      question.hidden = !names.has(question.dataset.question);
    }
    for (const section of form.querySelectorAll("[data-questions]")) {
      section.hidden = !section.querySelector("[data-question]:not([hidden])");
    }
    for (const seen of form.querySelectorAll("[data-seen]")) {
      const start = seen.dataset.seen;
      const own = [...names].filter((name) => name.startsWith(start));
      seen.value = own.map((name) => name.slice(start.length)).join(" ");
    }
  };

  const ask = async () => {
    asked += 1;
    const turn = asked;
    form.setAttribute("data-asking", "");
    try {
      const answer = await fetch(form.dataset.shownUrl, {
        method: "POST",
        body: answers(),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return;
      const { shown } = await answer.json();
      if (turn === asked) show(new Set(shown));
    } catch {
      // Without an answer the page stays as it is; what is missing comes up when the form is sent.
    } finally {
      if (turn === asked) form.removeAttribute("data-asking");
    }
  };

  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, QUIET);
  };

  form.addEventListener("change", (event) => {
    if (!event.target.closest("[data-question]") && !event.target.closest("[data-fact]")) return;
    window.clearTimeout(timer);
    ask();
  });
  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-question]") && event.target.matches("input:not([type=radio], [type=checkbox]), textarea")) soon();
  });

  // Browsers restore what was typed when one comes back or reloads, but not what was shown.
  window.addEventListener("pageshow", (event) => {
    const [entry] = performance.getEntriesByType("navigation");
    if (event.persisted || (entry && entry.type !== "navigate")) ask();
  });
}
