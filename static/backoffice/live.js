// A form that says while one types what would come of it: the server's own words, fetched anew. Without script its
// button does the same.

for (const form of document.querySelectorAll("form[data-live]")) {
  let timer = 0;
  let asked = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 400);
  });

  const show = async () => {
    const number = ++asked;
    const body = new FormData(form);
    body.set("preview", "yes");
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    if (!answer?.ok || number !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(form.dataset.live);
    const shown = document.getElementById(form.dataset.live);
    if (fresh && shown) shown.replaceChildren(...fresh.childNodes);
  };
}
