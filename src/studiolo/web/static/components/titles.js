// What a picture or a painting is called where it has to be called something.
import { words } from "../core/words.js";

const t = words({
  en: { untitled: "Picture without a prompt", upscale: "Enlarged", cutout: "Cut out", variation: "A variation" },
  ko: { untitled: "프롬프트 없는 그림", upscale: "크게 만든 그림", cutout: "배경을 뺀 그림", variation: "변형" },
});

/** Of a picture or a job: what was painted, or what was done if there were no words. */
export function titleOf({ prompt, request = {} }) {
  if (prompt) return prompt;
  if (request.upscale) return t("upscale");
  if (request.remove_background) return t("cutout");
  return t(request.references?.length ? "variation" : "untitled");
}

/** As it was typed, where that is known. */
export const typedTitleOf = (made) => made.original_prompt || titleOf(made);
