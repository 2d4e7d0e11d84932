// Looks again how far a job is, until it is done; without script the page has a link for it.

const WAIT = 1500;

async function look() {
  const section = document.querySelector("[data-waiting]");
  if (!section) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const newest = page.getElementById(section.id);
    if (newest) section.replaceWith(document.adoptNode(newest));
  } catch {
    // the network is away for a moment; the next look may succeed
  }
  setTimeout(look, WAIT);
}

setTimeout(look, WAIT);
