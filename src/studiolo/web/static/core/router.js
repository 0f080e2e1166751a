// Where we are: #/gallery?q=owl. The hash never leaves the browser, and needs nothing of the server.
import { computed, signal } from "./html.js";

const read = () => {
  const [path, search = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: Object.fromEntries(new URLSearchParams(search)) };
};

export const route = signal(read());
addEventListener("hashchange", () => (route.value = read()));

export const path = computed(() => route.value.path);

/** "#/pictures/ID?…" */
export function link(path, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value != null));
  return `#${path}${search.size ? `?${search}` : ""}`;
}

export function go(path, query = {}, { replace = false } = {}) {
  const target = link(path, query);
  if (target === location.hash) return;
  if (replace) {
    history.replaceState(null, "", target);
    route.value = read();
  } else {
    location.hash = target;
  }
}

/** The parts of the path if it has this form: match("/pictures/:id") gives {id}, or null. */
export function match(pattern, path = route.value.path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const parts = {};
  for (const [index, name] of wanted.entries()) {
    if (name.startsWith(":")) parts[name.slice(1)] = decodeURIComponent(given[index]);
    else if (name !== given[index]) return null;
  }
  return parts;
}
