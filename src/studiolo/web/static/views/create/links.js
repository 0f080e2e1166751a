// Links from other rooms fill the form: #/?from=ID, ?again=ID, ?control=ID, ?vary=ID, ?reference=ID, ?palette=ID, ?prompt=words.
import { api } from "../../core/api.js";
import { useEffect } from "../../core/html.js";
import { go, route } from "../../core/router.js";
import { engineNamed } from "../../core/state.js";
import { ofGallery } from "../../components/files.js";
import { say, sayProblem } from "../../components/toasts.js";
import * as draft from "./draft.js";
import { changesOf } from "./request.js";
import { follow, goByReference, startFrom, takeColours, vary } from "./taking.js";
import { t } from "./words.js";

const urlOf = (reference) => (reference.startsWith("sha256:") ? `/api/sources/${reference.slice(7)}` : `/api/pictures/${reference.replace("picture:", "")}/image`);

async function sizeOf(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight };
}

async function pictureOf(reference) {
  const url = urlOf(reference);
  return { reference, url, ...(await sizeOf(url)) };
}

async function startOf({ init_image: reference, mask, mask_prompt: maskPrompt, outpaint }) {
  if (!reference) return null;
  return { ...(await pictureOf(reference)), mask: mask ? { reference: mask, url: urlOf(mask) } : undefined, maskPrompt: maskPrompt || undefined, outpaint: outpaint ?? undefined };
}

/** As it was followed: a map that was kept is one. */
async function controlOf({ control_image: reference, control_prepared: prepared = false }) {
  return reference ? { ...(await pictureOf(reference)), prepared } : null;
}

const given = async (id) => ofGallery(await api.get(`/api/pictures/${id}`));

async function again(id) {
  const [{ engine: name, ...request }, picture] = await Promise.all([api.get(`/api/pictures/${id}/request`), api.get(`/api/pictures/${id}`)]);
  const engine = engineNamed("image", name) ?? draft.engine.value;
  const [begin, layout, references] = await Promise.all([startOf(request), controlOf(request), Promise.all((request.references ?? []).map(pictureOf))]);
  const typed = picture.original_prompt;
  draft.chosenEngine.value = engine.name;
  draft.prompt.value = typed || request.prompt;
  draft.translation.value = typed ? { original: typed, text: request.prompt, language: "", changed: true, asTyped: false } : null;
  draft.negative.value = request.negative_prompt ?? "";
  draft.palette.value = request.palette ?? [];
  draft.start.value = begin;
  draft.control.value = layout;
  draft.references.value = references;
  draft.resetChanges(engine.name, { ...changesOf(engine, request), model: name?.includes(":") ? name.slice(name.indexOf(":") + 1) : undefined });
  draft.open("settings");
}

const fills = {
  again: { fill: again, said: "filled" },
  from: { fill: async (id) => { startFrom(await given(id)); draft.open("start"); }, said: "fromFilled" },
  control: { fill: async (id) => { follow(await given(id)); draft.open("control"); }, said: "controlFilled" },
  vary: { fill: async (id) => { vary(await given(id)); draft.open("references"); }, said: "varyFilled" },
  reference: { fill: async (id) => { goByReference(await given(id)); draft.open("ideas"); }, said: "referenceFilled" },
  palette: { fill: async (id) => { draft.palette.value = []; await takeColours({ reference: `picture:${id}` }); draft.open("palette"); }, said: "paletteFilled" },
  prompt: { fill: async (text) => { draft.prompt.value = text; }, said: "" },
};

/** Fill the form as the address says, once, and take that out of the address. */
export function useLinks() {
  const { query } = route.value;
  useEffect(() => {
    for (const [name, { fill, said }] of Object.entries(fills)) {
      if (!query[name]) continue;
      const back = draft.snapshot();
      go("/", {}, { replace: true });
      fill(query[name]).then(() => said && say(t(said), { action: { label: t("undo"), run: back } }), (error) => { back(); sayProblem(error); });
      return;
    }
  }, [query]);
}
