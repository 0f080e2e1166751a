import { signal } from "../core/html.js";

/** Whether a media query holds, as a signal: media("(max-width: 46rem)").value. */
export function media(query) {
  const list = matchMedia(query);
  const holds = signal(list.matches);
  list.addEventListener("change", () => (holds.value = list.matches));
  return holds;
}
