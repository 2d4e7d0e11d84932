// A hand scanner types, fast, and presses Enter: whatever has the focus, what it types is a code and not a text.

const BETWEEN = 60; // milliseconds between two keys of a machine
const SHORTEST = 8;

/** Tell `found` every code that is typed by a machine; `begin` hears that somebody begins to type outside of a field. */
export function listen({ found, begin }) {
  let typed = "";
  let at = -Infinity;
  let before = null; // the field that it was typed into, and what stood there

  const isField = (element) => element.closest?.("input, textarea, select");

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const fast = event.timeStamp - at < BETWEEN;
      if (event.key === "Enter") {
        const code = fast && typed.length >= SHORTEST && typed.startsWith("EV1:") ? typed : "";
        typed = "";
        if (!code) return;
        event.preventDefault();
        event.stopPropagation();
        if (before) before.field.value = before.value;
        found(code);
        return;
      }
      if (event.key.length !== 1) return;
      const field = isField(event.target);
      if (!fast) {
        typed = "";
        before = field && "value" in field ? { field, value: field.value } : null;
        if (!field && event.key !== " ") begin();
      }
      at = event.timeStamp;
      typed += event.key;
    },
    true,
  );
}
