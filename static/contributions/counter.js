// Counts characters as the server does: as they are stored, with spaces, each line end and each emoji as one.

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

const stored = (text) =>
  text
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.replace(CONTROL, " ").trim().replace(/\s+/g, " "))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

for (const box of document.querySelectorAll("[data-most]")) {
  const text = box.querySelector("textarea");
  const said = box.querySelector("[data-counted]");
  const aloud = box.querySelector("[data-counted-aloud]");
  if (!text || !said) continue;
  const most = Number(box.dataset.most);
  const written = (number) => number.toLocaleString(document.documentElement.lang);
  let waiting;

  const count = () => {
    const number = [...stored(text.value)].length;
    const over = number > most;
    const words = over ? said.dataset.tooLong.replace("[]", written(number - most)) : said.dataset.words;
    said.textContent = words.replace("{}", written(number));
    said.toggleAttribute("data-over", over);
    clearTimeout(waiting);
    if (most - number < most / 10) waiting = setTimeout(() => (aloud.textContent = said.textContent), 1500);
  };

  text.addEventListener("input", count);
  count();
}
