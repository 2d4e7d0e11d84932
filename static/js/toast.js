// A short word about a change that did not reload the page. `action` is {label, run}, for example to undo.

export function toast(message, action) {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  const box = document.createElement("div");
  box.className = "toast";
  const text = document.createElement("p");
  text.textContent = message;
  box.append(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      box.remove();
      action.run();
    });
    box.append(button);
  }
  place.replaceChildren(box);
  window.setTimeout(() => box.remove(), action ? 30000 : 8000);
  return box;
}
