// The camera: started and stopped with the page, its light, and a screen that stays awake.

const EVERY = 120; // milliseconds between two looks
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

let lock = null;

/** The camera that somebody chose on this phone, by the browser's id for it; "" without. */
export const chosen = {
  get: () => localStorage.getItem("door.camera") ?? "",
  set: (id) => localStorage.setItem("door.camera", id),
};

/** Why there is no picture: "denied", "missing" or "busy". */
export function reasonOf(error) {
  if (error?.name === "NotAllowedError" || error?.name === "SecurityError") return "denied";
  return error?.name === "NotReadableError" || error?.name === "AbortError" ? "busy" : "missing";
}

/** Show the camera in `video`: the one chosen, else that which looks away, or at the "user". Throws what the browser throws; without a secure page there is no camera. */
export async function start(video, facing = "environment") {
  stop(video);
  if (!navigator.mediaDevices) throw new DOMException("no camera on this page", "NotFoundError");
  const which = chosen.get() ? { deviceId: { ideal: chosen.get() } } : { facingMode: { ideal: facing } };
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { ...SIZE, ...which } });
  await video.play();
  await stayAwake();
}

/** Every camera that there is, { id, name, used }. */
export async function cameras(video) {
  const used = video.srcObject?.getVideoTracks()[0]?.getSettings().deviceId;
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((each) => each.kind === "videoinput")
    .map((each) => ({ id: each.deviceId, name: each.label, used: each.deviceId === used }));
}

/** End the camera. */
export function stop(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

/** Whether there is a living picture. */
export function runs(video) {
  return video.srcObject?.getVideoTracks().some((track) => track.readyState === "live") ?? false;
}

/** Look again and again: `found(text)` is told every QR code; nothing is read while `wanted()` is false. */
export function look(video, read, wanted, found) {
  const step = async () => {
    if (wanted() && runs(video) && video.readyState >= 2 && !document.hidden) {
      try {
        const text = await read(video);
        if (text && wanted()) found(text);
      } catch (error) {
        console.warn("this picture could not be read", error);
      }
    }
    setTimeout(step, EVERY);
  };
  step();
}

/** Whether this camera has a light. */
export function hasLight(video) {
  const track = video.srcObject?.getVideoTracks()[0];
  return Boolean(track?.getCapabilities?.().torch);
}

/** Switch the light; answers whether it is on. */
export async function setLight(video, on) {
  try {
    await video.srcObject.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
    return on;
  } catch {
    return false;
  }
}

/** Keep the screen on, where the browser can. It lets go by itself when the page is hidden. */
export async function stayAwake() {
  try {
    if (!lock || lock.released) lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null; // the scanner works all the same
  }
}
