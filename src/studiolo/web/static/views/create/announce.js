// What screen readers hear while jobs go on: beginning, each picture, end. Not each step.
import { html, signal, useEffect } from "../../core/html.js";
import { listen } from "../../core/events.js";
import { jobs } from "../../core/state.js";
import { titleOf } from "../../components/titles.js";
import { t } from "./words.js";

const said = signal("");
export const announce = (text) => (said.value = text);

const ENDS = {
  done: (job) => t("saidEnd", { prompt: titleOf(job) }),
  failed: (job) => t("saidFailed", { why: job.error?.detail ?? "" }),
  cancelled: (job) => t("saidCancelled", { prompt: titleOf(job) }),
};

export function Announcements() {
  useEffect(() => {
    const states = new Map(Object.values(jobs.value).map((job) => [job.id, job.state]));
    const stops = [
      listen("job", (job) => {
        if (states.get(job.id) === job.state) return;
        states.set(job.id, job.state);
        if (job.state === "running") announce(t("saidStart", { prompt: titleOf(job) }));
        else if (job.state in ENDS) announce(ENDS[job.state](job));
      }),
      listen("picture", ({ job_id: id, index }) => {
        const count = jobs.value[id]?.count ?? 1;
        if (count > 1) announce(t("saidPicture", { n: index + 1, count }));
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, []);
  return html`<p class="visually-hidden" role="status" aria-live="polite" id="said">${said.value}</p>`;
}
