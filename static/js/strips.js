// Navigation and tabs that run on beyond the edge of a phone begin where one is. Without it they begin at their start.

for (const strip of document.querySelectorAll(".desk__nav, .tabs, .nav")) {
  const current = strip.querySelector("[aria-current]");
  if (!current || strip.scrollWidth <= strip.clientWidth) continue;
  const [own, around] = [current.getBoundingClientRect(), strip.getBoundingClientRect()];
  strip.scrollLeft += own.left - around.left - (strip.clientWidth - own.width) / 2;
}
