// What can be made of a picture.
import { api } from "../../core/api.js";
import { html, useState } from "../../core/html.js";
import { go } from "../../core/router.js";
import { may, meetJob, offeredEngines } from "../../core/state.js";
import { words } from "../../core/words.js";
import { Menu } from "../../components/menu.js";
import { say, sayProblem } from "../../components/toasts.js";
import { Share } from "./share.js";

const t = words({
  en: {
    more: "What to do with this picture", variation: "Paint a variation", queued: "A variation is being painted.", watch: "Watch", from: "Start from this picture", reference: "Use its style for ideas",
    palette: "Use its colours", download: "Download", downloadPlain: "Download without settings", share: "Share a link", brush: "Repaint a part", extend: "Extend the picture", delete: "Move to the trash",
  },
  ko: {
    more: "이 그림으로 할 일", variation: "변형 그리기", queued: "변형을 그리고 있습니다.", watch: "보기", from: "이 그림에서 시작", reference: "스타일을 아이디어로 쓰기",
    palette: "이 색 쓰기", download: "내려받기", downloadPlain: "설정 없이 내려받기", share: "링크 공유", brush: "일부 다시 그리기", extend: "그림 넓히기", delete: "휴지통으로 옮기기",
  },
});

/** Whether an engine that is ready does this task. */
export const can = (task) => offeredEngines("image").some((engine) => engine.ready && engine.capabilities?.tasks.includes(task));

export function Actions({ picture, onTool, onDelete }) {
  const [sharing, setSharing] = useState(false);
  const { id, image_url: file } = picture;
  const items = [
    may("generate") && picture.prompt && { label: t("variation"), icon: "dices", run: () => vary(id) },
    may("generate") && can("image-to-image") && { label: t("from"), icon: "image", run: () => go("/", { from: id }) },
    may("generate") && can("inpainting") && { label: t("brush"), icon: "brush", run: () => onTool("brush") },
    may("generate") && can("inpainting") && { label: t("extend"), icon: "expand", run: () => onTool("extend") },
    may("generate") && { label: t("reference"), icon: "sparkles", run: () => go("/", { reference: id }) },
    may("generate") && { label: t("palette"), icon: "palette", run: () => go("/", { palette: id }) },
    { label: t("download"), icon: "download", href: `${file}?download=1`, download: "" },
    { label: t("downloadPlain"), icon: "download", href: `${file}?download=1&metadata=strip`, download: "" },
    may("edit") && { label: t("share"), icon: "share-2", run: () => setSharing(true) },
    may("edit") && { label: t("delete"), icon: "trash-2", run: onDelete },
  ];
  return html`<${Menu} label=${t("more")} items=${items} />${sharing && html`<${Share} picture=${picture} onClose=${() => setSharing(false)} />`}`;
}

/** The same once more, but for the seed. */
async function vary(id) {
  try {
    const { seed: _seed, ...request } = await api.get(`/api/pictures/${id}/request`);
    meetJob(await api.post("/api/jobs", { ...request, count: 1, translate: false }));
    say(t("queued"), { action: { label: t("watch"), run: () => go("/") } });
  } catch (problem) {
    sayProblem(problem);
  }
}
