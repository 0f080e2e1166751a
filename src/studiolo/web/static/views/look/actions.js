// What can be made of a picture.
import { api } from "../../core/api.js";
import { html, useState } from "../../core/html.js";
import { go } from "../../core/router.js";
import { may, meetJob, offeredEngines, painters, preferred } from "../../core/state.js";
import { words } from "../../core/words.js";
import { LINE, Menu } from "../../components/menu.js";
import { spend } from "../../components/price.js";
import { say, sayProblem } from "../../components/toasts.js";
import { Share } from "./share.js";
import { TOOLS } from "./tools.js";

const t = words({
  en: {
    more: "What to do with this picture", variation: "Paint a variation", queued: "A variation is being painted.", watch: "Watch", from: "Start from this picture", control: "Follow its layout", vary: "Vary it with others", reference: "Use its style for ideas",
    palette: "Use its colours", download: "Download", downloadPlain: "Download without settings", share: "Share a link", brush: "Repaint a part", extend: "Extend the picture", enlarge: "Enlarge", cutout: "Remove the background", delete: "Move to the trash",
  },
  ko: {
    more: "이 그림으로 할 일", variation: "변형 그리기", queued: "변형을 그리고 있습니다.", watch: "보기", from: "이 그림에서 시작", control: "구도 따르기", vary: "다른 그림과 함께 변형", reference: "스타일을 아이디어로 쓰기",
    palette: "이 색 쓰기", download: "내려받기", downloadPlain: "설정 없이 내려받기", share: "링크 공유", brush: "일부 다시 그리기", extend: "그림 넓히기", enlarge: "크게 만들기", cutout: "배경 지우기", delete: "휴지통으로 옮기기",
  },
});

/** Whether an engine that is ready does this task. */
export const can = (task) => painters(task).length > 0;
const follows = () => offeredEngines("image").some((engine) => engine.ready && engine.capabilities?.controls?.length);
/** Engines that make variations and that a press may set to work: nothing is sent to a service that nobody chose. */
const varies = (picture) => painters("variation").filter((engine) => engine.capabilities.offline || engine.default || engine.name === picture.engine);
/** Whether nothing of it was painted: it is another picture, enlarged or cut out. */
export const isEdit = ({ request }) => Boolean(request.upscale || request.remove_background);
/** Another seed makes another picture only where something was painted, by words. */
const rerolls = (picture) => Boolean(picture.prompt) && !isEdit(picture);

export function Actions({ picture, onTool, onDelete }) {
  const [sharing, setSharing] = useState(false);
  const { id, image_url: file } = picture;
  const to = (name) => () => go("/", { [name]: id });
  const items = [
    ...(may("generate") ? [
      (varies(picture).length > 0 || rerolls(picture)) && { label: t("variation"), icon: "dices", run: () => vary(picture) },
      can("image-to-image") && { label: t("from"), icon: "image", run: to("from") },
      follows() && { label: t("control"), icon: "pencil-ruler", run: to("control") },
      can("variation") && { label: t("vary"), icon: "blend", run: to("vary") },
      LINE,
      ...TOOLS.map(({ name, icon, tasks }) => tasks.some(can) && { label: t(name), icon, run: () => onTool(name) }),
      LINE,
      { label: t("reference"), icon: "sparkles", run: to("reference") },
      { label: t("palette"), icon: "palette", run: to("palette") },
      LINE,
    ] : []),
    { label: t("download"), icon: "download", href: `${file}?download=1`, download: "" },
    { label: t("downloadPlain"), icon: "download", href: `${file}?download=1&metadata=strip`, download: "" },
    may("edit") && { label: t("share"), icon: "share-2", run: () => setSharing(true) },
    may("edit") && { label: t("delete"), icon: "trash-2", run: onDelete },
  ];
  return html`<${Menu} label=${t("more")} items=${items} />${sharing && html`<${Share} picture=${picture} onClose=${() => setSharing(false)} />`}`;
}

/** One that takes after the picture, where an engine makes such; else the same once more, but for the seed. */
async function vary(picture) {
  try {
    const request = varies(picture).length ? alike(picture) : await reseeded(picture);
    meetJob(await api.post("/api/jobs", { ...request, max_cost: spend.value }));
    say(t("queued"), { action: { label: t("watch"), run: () => go("/") } });
  } catch (problem) {
    sayProblem(problem);
  }
}

/** The engine finds the nearest size it can do. */
function alike(picture) {
  const { id, prompt, original_prompt: typed, width, height } = picture;
  return { engine: preferred(varies(picture), picture.engine).name, prompt, original_prompt: typed || undefined, translate: false, references: [`picture:${id}`], width, height, round_size: true };
}

async function reseeded({ id }) {
  const { seed: _seed, ...request } = await api.get(`/api/pictures/${id}/request`);
  return { ...request, count: 1, translate: false };
}
