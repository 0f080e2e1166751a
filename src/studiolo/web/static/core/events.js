// One stream of what happens in the studio: jobs, their progress, pictures, changes of the gallery.
// The browser reconnects by itself and says which event it saw last; the server sends what was missed,
// or a snapshot.
import { signal } from "./html.js";

const NAMES = ["snapshot", "job", "progress", "picture", "gallery"];
const listeners = new Map(NAMES.map((name) => [name, new Set()]));
let source = null;
let lost = null;

/** Whether the stream is there: false after some seconds without. */
export const connected = signal(true);

/** Hear of one kind of event; gives the way to stop hearing. */
export function listen(name, callback) {
  listeners.get(name).add(callback);
  return () => listeners.get(name).delete(callback);
}

export function connect() {
  close();
  source = new EventSource("/api/events");
  source.onopen = () => {
    clearTimeout(lost);
    lost = null;
    connected.value = true;
  };
  source.onerror = () => {
    // A short gap is nobody's business.
    lost ??= setTimeout(() => (connected.value = false), 3000);
    // The browser gives up for good after some answers, such as an error of a restarting server.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => source?.readyState === EventSource.CLOSED && connect(), 2000);
  };
  for (const name of NAMES) {
    source.addEventListener(name, (event) => {
      const data = JSON.parse(event.data);
      listeners.get(name).forEach((callback) => callback(data));
    });
  }
}

export function close() {
  source?.close();
  source = null;
}

addEventListener("pagehide", close);
addEventListener("pageshow", (event) => event.persisted && connect());
