// The job of a tool: sent, followed, called off; found again after a reload.
import { api } from "../../../core/api.js";
import { useState } from "../../../core/html.js";
import { remember, remembered } from "../../../core/memory.js";
import { jobs, meetJob } from "../../../core/state.js";
import { sendFile } from "../../../components/files.js";
import { sayProblem } from "../../../components/toasts.js";

/** What is remembered of a tool: of the picture it was used on last. */
export function draftOf(tool, id) {
  const kept = remembered(`edit.${tool}`, null);
  return kept?.id === id ? kept : { id };
}

export const keepDraft = (tool, id, changes) => remember(`edit.${tool}`, { ...draftOf(tool, id), ...changes, id });

/** {job, sending, problem, paint(compose), cancel, forget}; `compose` resolves to the job, its picture and its mask, if it has one, being files or references. */
export function usePainting(tool, pictureId) {
  const [id, setId] = useState(draftOf(tool, pictureId).job ?? null);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState(null);
  const follow = (job) => {
    keepDraft(tool, pictureId, { job });
    setId(job);
  };
  const paint = async (compose) => {
    setSending(true);
    setProblem(null);
    try {
      const { init_image: picture, mask, ...request } = await compose();
      const [init, hole] = await Promise.all([reach(picture), mask && reach(mask)]);
      const job = await api.post("/api/jobs", { ...request, init_image: init.reference, mask: hole?.reference });
      meetJob(job);
      follow(job.id);
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  const job = (id && jobs.value[id]) || null;
  const failed = job?.state === "failed" ? { message: job.error.detail, hint: job.error.hint } : null;
  return {
    job, sending, paint, problem: problem ?? failed,
    active: sending || job?.state === "queued" || job?.state === "running",
    cancel: () => api.delete(`/api/jobs/${id}`).then(meetJob, sayProblem),
    forget: () => follow(null),
  };
}

const reach = (picture) => (typeof picture === "string" ? { reference: picture } : sendFile(picture));
