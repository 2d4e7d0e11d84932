// Takes the secret out of the address before anybody can copy it, and puts it into the form that sends it once.

const root = document.getElementById("enrol");

function take() {
  const secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, "", location.pathname);
  root.querySelector("input[name=secret]").value = secret;
  root.querySelector("[data-with]").hidden = false;
  root.querySelector("[data-without]").hidden = true;
}

window.addEventListener("hashchange", take);
take();
