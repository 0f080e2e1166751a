// What several views look at: who we are, the engines, the jobs that are waiting or running.
import { api } from "./api.js";
import { computed, effect, signal } from "./html.js";
import { listen } from "./events.js";
import { remember, remembered } from "./memory.js";

export const session = signal(null);
export const engines = signal([]);
export const theme = signal(remembered("theme", "auto"));
/** Jobs by id: those that are unfinished, and those that ended a moment ago. */
export const jobs = signal({});

effect(() => {
  remember("theme", theme.value);
  if (theme.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

export const enginesOf = (kind) => engines.value.filter((engine) => engine.kind === kind);
/** Those that somebody may want: the fake ones are for tests, and shown only where one is the default. */
export const offeredEngines = (kind) => enginesOf(kind).filter((engine) => engine.default || engine.name !== "fake");
/** Engines that are ready and do this task. */
export const painters = (task) => offeredEngines("image").filter((engine) => engine.ready && engine.capabilities?.tasks.includes(task));
/** Of several, the one that is wished for, else the settings' one, else the first on this machine. */
export const preferred = (engines, wished = "") =>
  [wished, session.value.defaults.engine].map((name) => engines.find((engine) => engine.name === (name ?? "").split(":")[0])).find(Boolean) ??
  engines.find((engine) => engine.capabilities.offline) ?? engines[0];
export const engineNamed = (kind, name) => enginesOf(kind).find((engine) => engine.name === (name ?? "").split(":")[0]);
/** Jobs that wait or run, the next one first. */
export const activeJobs = computed(() =>
  Object.values(jobs.value)
    .filter((job) => job.state === "queued" || job.state === "running")
    .sort((a, b) => (a.state === b.state ? (a.position ?? 0) - (b.position ?? 0) : a.state === "running" ? -1 : 1)),
);

export async function loadSession() {
  session.value = await api.get("/api/session");
  return session.value;
}

export async function loadEngines() {
  engines.value = (await api.get("/api/engines")).engines;
}

export const may = (scope) => {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes(scope) || scopes.includes("admin");
};

const COURSE = ["queued", "running"];
const reached = (job) => (COURSE.includes(job.state) ? COURSE.indexOf(job.state) : COURSE.length);

/** A job as an answer of the server has it: it may come later than events that know more. */
export function meetJob(job) {
  const known = jobs.value[job.id];
  if (!known || reached(job) > reached(known)) keepJob(job);
}

function keepJob(job) {
  const known = jobs.value[job.id];
  jobs.value = { ...jobs.value, [job.id]: { ...known, ...job, progress: job.progress ?? (job.state === "running" ? known?.progress : null) } };
}

listen("snapshot", ({ jobs: all }) => (jobs.value = Object.fromEntries(all.map((job) => [job.id, job]))));
listen("job", keepJob);
listen("progress", ({ id, ...progress }) => {
  const job = jobs.value[id];
  if (job) jobs.value = { ...jobs.value, [id]: { ...job, progress } };
});
listen("picture", ({ job_id: id, index, picture }) => {
  const job = jobs.value[id];
  if (!job) return;
  const pictures = [...(job.pictures ?? []).filter((each) => each.id !== picture.id), picture];
  jobs.value = { ...jobs.value, [id]: { ...job, pictures, done: index + 1 } };
});
