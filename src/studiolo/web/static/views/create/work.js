// What is being painted now, and what waits. What failed stays until it is dismissed.
import { api } from "../../core/api.js";
import { html, signal, useEffect } from "../../core/html.js";
import { listen } from "../../core/events.js";
import { remember, remembered } from "../../core/memory.js";
import { activeJobs, jobs, may, meetJob } from "../../core/state.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { titleOf, typedTitleOf } from "../../components/titles.js";
import { say, sayProblem } from "../../components/toasts.js";
import { Easel, Finished, Running } from "./easel.js";
import { fresh } from "./pictures.js";
import { t } from "./words.js";

const DISMISSED_KEPT = 200;
/** The highest priority the server takes. */
const MOST_URGENT = 100;
const dismissed = signal(remembered("create.dismissed", []));

const again = (job, then = () => {}) => api.post(`/api/jobs/${job.id}/again`).then((next) => { meetJob(next); then(); }, sayProblem);

export function cancel(job) {
  return api.delete(`/api/jobs/${job.id}`).then((ended) => {
    meetJob(ended);
    if (ended.state === "cancelled") say(t("cancelled"), { action: { label: t("paintAgain"), run: () => again(job) } });
  }, sayProblem);
}

function dismiss(job) {
  dismissed.value = [job.id, ...dismissed.value].slice(0, DISMISSED_KEPT);
  remember("create.dismissed", dismissed.value);
}

/** Those of before the snapshot, too: somebody may come back only tomorrow. */
function loadFailed() {
  api.get("/api/jobs", { state: "failed", limit: 20 }).then(({ jobs: failed }) => failed.forEach(meetJob), sayProblem);
}

function Waiting({ job, first, onNext }) {
  return html`<li class="waiting">
    <span class="place numbers soft" aria-label=${t("place", { n: job.position })}>${job.position}</span>
    <p class="words serif" title=${titleOf(job)}>${typedTitleOf(job)}</p>
    ${job.count > 1 && html`<span class="soft small numbers">× ${job.count}</span>`}
    ${!first && may("admin") && html`<${Button} kind="quiet" icon="chevron-up" label=${t("next")} onClick=${onNext} />`}
    <${Button} kind="quiet" icon="x" label=${t("cancel")} onClick=${() => cancel(job)} />
  </li>`;
}

function Failed({ job }) {
  const retry = () => again(job, () => dismiss(job));
  return html`<li class="failed notice wrong">
    <${Icon} name="circle-alert" />
    <div class="grow">
      <p><strong>${t("failed")}</strong>: <span class="serif">${typedTitleOf(job)}</span></p>
      <p>${job.error?.detail} ${job.error?.hint && html`<span class="soft">${job.error.hint}</span>`}</p>
      <div class="row"><${Button} icon="rotate-ccw" onClick=${retry}>${t("retry")}<//><${Button} kind="quiet" onClick=${() => dismiss(job)}>${t("dismiss")}<//></div>
    </div>
  </li>`;
}

export function Work() {
  useEffect(() => {
    loadFailed();
    return listen("snapshot", loadFailed);
  }, []);
  const active = activeJobs.value;
  const [current, ...others] = active.filter((job) => job.state === "running");
  const waiting = active.filter((job) => job.state === "queued");
  const failed = Object.values(jobs.value).filter((job) => job.state === "failed" && !dismissed.value.includes(job.id)).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const next = (job) => {
    const priority = Math.min(MOST_URGENT, Math.max(...waiting.map((each) => each.priority)) + 1);
    api.patch(`/api/jobs/${job.id}`, { priority }).then(meetJob, sayProblem);
  };
  if (!active.length && !failed.length && !fresh.value) return null;
  return html`<section class="work" aria-label=${t("work")}>
    ${failed.length > 0 && html`<ul class="stack tight">${failed.map((job) => html`<${Failed} key=${job.id} job=${job} />`)}</ul>`}
    ${current && html`<${Easel} key=${current.id} job=${current} onCancel=${() => cancel(current)} />`}
    ${fresh.value && html`<${Finished} key=${fresh.value.id} picture=${fresh.value} />`}
    ${others.map((job) => html`<${Running} key=${job.id} job=${job} onCancel=${() => cancel(job)} />`)}
    ${waiting.length > 0 && html`<h3 class="small soft">${t("waiting")}</h3>
      <ol class="queue">${waiting.map((job, index) => html`<${Waiting} key=${job.id} job=${job} first=${index === 0} onNext=${() => next(job)} />`)}</ol>`}
  </section>`;
}
