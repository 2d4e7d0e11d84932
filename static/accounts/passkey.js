// Passkeys: ask the site for a question, let the browser answer it, send the answer, go where the site says.

const possible = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

async function send(place, address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": place.dataset.csrf },
    body: JSON.stringify(body),
  });
  if (response.redirected) {
    location.assign(response.url); // signed out meanwhile, or asked to show once more who one is
    return null;
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

async function run(place) {
  const { question, answer, next, passkey } = place.dataset;
  const options = await send(place, question, {});
  if (!options) return;
  const credential =
    passkey === "make"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  const done = await send(place, answer, { credential: credential.toJSON(), next });
  if (done) location.assign(done.next);
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!possible) continue;
  place.hidden = false;
  for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = true;
  const button = place.querySelector("button");
  const alert = place.querySelector("[role=alert]");
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    alert.replaceChildren();
    try {
      await run(place);
    } catch (error) {
      // the browser's own errors (DOMException) speak to programmers; ours are sentences
      const problem = document.createElement("p");
      problem.className = "error";
      problem.textContent = error instanceof DOMException || !error.message ? place.dataset.failed : error.message;
      alert.append(problem);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}
