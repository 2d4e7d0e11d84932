// What can be taken back for half a minute goes away by itself. Without it the house says that it is too late.

for (const note of document.querySelectorAll(".undo[data-seconds]")) {
  window.setTimeout(() => {
    if (note.contains(document.activeElement)) document.getElementById("main").focus();
    note.hidden = true;
  }, Number(note.dataset.seconds) * 1000);
}
