// The newest pictures of the gallery, kept up to date by what the studio tells.
import { api } from "../../core/api.js";
import { computed, signal } from "../../core/html.js";
import { listen } from "../../core/events.js";
import { activeJobs } from "../../core/state.js";
import { sayProblem } from "../../components/toasts.js";

const MOST = 60;

/** Newest first; null until they came. */
export const wall = signal(null);
/** Ids of pictures that came while one looked: they are allowed to appear. */
export const arrived = new Set();
/** The same pictures: a list that was asked for before one came does not have it. */
const came = new Map();
/** Id of the picture that came last. */
const latest = signal("");
let stale = false;

/** What was just finished stays on the easel until the next painting begins. */
export const fresh = computed(() => {
  const busy = activeJobs.value.some((job) => job.state === "running");
  return busy ? null : ((wall.value ?? []).find((picture) => picture.id === latest.value) ?? null);
});

const newestFirst = (pictures) => pictures.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, MOST);

export async function loadWall() {
  stale = false;
  try {
    const { pictures } = await api.get("/api/pictures", { limit: MOST });
    const ids = new Set(pictures.map((each) => each.id));
    const newer = [...came.values()].filter((each) => !ids.has(each.id) && (pictures.length === 0 || each.id > pictures[0].id));
    wall.value = newestFirst([...newer, ...pictures]);
  } catch (error) {
    sayProblem(error);
  }
}

/** Once for many changes at once. */
function reload() {
  if (stale || wall.value === null) return;
  stale = true;
  setTimeout(loadWall, 200);
}

export function watchWall() {
  const stops = [
    listen("snapshot", reload),
    listen("picture", ({ picture }) => {
      arrived.add(picture.id);
      came.set(picture.id, picture);
      latest.value = picture.id;
      if (wall.value) wall.value = newestFirst([picture, ...wall.value.filter((each) => each.id !== picture.id)]);
    }),
    listen("gallery", ({ change, ids = [] }) => {
      const known = new Set((wall.value ?? []).map((each) => each.id));
      if (change === "trashed" || change === "removed") {
        for (const id of ids) came.delete(id);
        if (wall.value) wall.value = wall.value.filter((each) => !ids.includes(each.id));
        if (known.size === MOST) reload();
      } else if (change !== "added" || !ids.every((id) => known.has(id))) reload();
    }),
  ];
  loadWall();
  return () => stops.forEach((stop) => stop());
}
