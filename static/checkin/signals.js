// What a verdict sounds and feels like. Browsers allow sound after the first tap.

const TONES = {
  high: { hertz: 1320, beats: [80] },
  middle: { hertz: 660, beats: [80, 80] },
  low: { hertz: 220, beats: [400] },
};
const GAP = 80; // milliseconds between two beats

let context = null;

/** Allow sound: called in a tap. */
export function unlock() {
  const Context = window.AudioContext;
  if (!Context) return;
  context ??= new Context();
  if (context.state === "suspended") context.resume();
}

/** Sound and vibration of "high", "middle" or "low"; a muted scanner still vibrates. */
export function signal(kind, muted) {
  const tone = TONES[kind] ?? TONES.low;
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(tone.beats.flatMap((beat) => [beat, GAP]).slice(0, -1));
  if (muted || context?.state !== "running") return;
  let at = context.currentTime;
  for (const beat of tone.beats) {
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    oscillator.frequency.value = tone.hertz;
    volume.gain.setValueAtTime(0.3, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + beat / 1000);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + beat / 1000);
    at += (beat + GAP) / 1000;
  }
}
