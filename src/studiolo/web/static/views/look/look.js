// One picture, large, with what is known of it and what is said about it.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { listen } from "../../core/events.js";
import { useKeys } from "../../core/keys.js";
import { go, route } from "../../core/router.js";
import { may } from "../../core/state.js";
import { language, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Notice } from "../../components/notice.js";
import { titleOf } from "../../components/titles.js";
import { sayProblem } from "../../components/toasts.js";
import { neighbours, open as openGallery, refresh, shown } from "../gallery/source.js";
import { trash } from "../gallery/selection.js";
import { Actions, can, isEdit } from "./actions.js";
import { Conversation } from "./conversation.js";
import { Facts } from "./facts.js";
import { Stage } from "./stage.js";
import { closeTool, isTool, openTool, TOOLS, useTool } from "./tools.js";

const t = words({
  en: { back: "Back", previous: "Previous picture", next: "Next picture", star: "Star", unstar: "Take the star", again: "Use these again", about: "About this picture", delete: "Move to the trash", gone: "To the gallery", brush: "Repaint a part", extend: "Extend the picture", enlarge: "Enlarge", cutout: "Remove the background" },
  ko: { back: "뒤로", previous: "이전 그림", next: "다음 그림", star: "별표 달기", unstar: "별표 떼기", again: "이 설정 다시 쓰기", about: "그림 정보", delete: "휴지통으로 옮기기", gone: "갤러리로", brush: "일부 다시 그리기", extend: "그림 넓히기", enlarge: "크게 만들기", cutout: "배경 지우기" },
});

/** The picture on its wall, or on the table of a tool. */
export function Look({ id }) {
  const { picture, problem, setPicture } = usePicture(id);
  const { tool } = route.value.query;
  const { Tool, problem: missing } = useTool(tool);
  if (problem ?? missing) return html`<div class="view stack"><${Notice} problem=${problem ?? missing} /><p><a class="button" href="#/gallery">${t("gone")}</a></p></div>`;
  if (!picture || (isTool(tool) && !Tool)) return html`<div class="look" aria-busy="true"></div>`;
  return Tool ? html`<${Tool} key=${id} picture=${picture} onDone=${() => closeTool(id)} />` : html`<${Wall} picture=${picture} onPicture=${setPicture} />`;
}

function Wall({ picture, onPicture }) {
  const { id } = picture;
  const beside = neighbours(id);
  const open = (other) => other && go(`/pictures/${other.id}`, {}, { replace: true });
  const change = async (changes) => {
    const { pictures } = await api.patch("/api/pictures", { ids: [id], ...changes });
    onPicture(pictures[0]);
    refresh(pictures);
  };
  useEffect(() => {
    if (!shown.value) openGallery({}).catch(sayProblem); // one who comes by a link, too, may go on to the next
  }, []);
  const star = () => change({ starred: !picture.starred }).catch(sayProblem);
  const discard = async () => {
    const { next, previous } = neighbours(id);
    const after = next ?? previous;
    await trash([id]);
    if (after) open(after);
    else back();
  };
  useKeys([
    { keys: "ArrowLeft", does: t("previous"), run: () => open(neighbours(id).previous) },
    { keys: "ArrowRight", does: t("next"), run: () => open(neighbours(id).next) },
    { keys: "s", does: t("star"), run: star },
    ...(isEdit(picture) ? [] : [{ keys: "r", does: t("again"), run: () => go("/", { again: id }) }]),
    { keys: "Delete", does: t("delete"), run: () => discard().catch(sayProblem) },
    { keys: "Escape", does: t("back"), run: back },
  ], [picture, language.value]);
  return html`<div class="look">
    <section class="look-room" aria-label=${titleOf(picture)}>
      <div class="look-bar">
        <${Button} kind="quiet" icon="arrow-left" onClick=${back}>${t("back")}<//>
        <div class="row">
          <${Button} kind="quiet" icon="chevron-left" label=${t("previous")} disabled=${!beside.previous} onClick=${() => open(beside.previous)} />
          <${Button} kind="quiet" icon="chevron-right" label=${t("next")} disabled=${!beside.next} onClick=${() => open(beside.next)} />
        </div>
        <div class="row">
          ${may("generate") && TOOLS.filter(({ tasks }) => tasks.some(can)).map(({ name, icon }) => html`<${Button} key=${name} kind="quiet" class="wide-only" icon=${icon} label=${t(name)} onClick=${() => openTool(id, name)} />`)}
          <${Button} kind="quiet" class="look-star" icon="star" label=${t(picture.starred ? "unstar" : "star")} aria-pressed=${picture.starred ? "true" : "false"} onClick=${star} />
          <${Actions} picture=${picture} onTool=${(name) => openTool(id, name)} onDelete=${() => discard().catch(sayProblem)} />
        </div>
      </div>
      <${Stage} key=${id} picture=${picture} onPrevious=${() => open(beside.previous)} onNext=${() => open(beside.next)} />
    </section>
    <aside class="look-side" aria-label=${t("about")}>
      <${Facts} picture=${picture} onChange=${change} onPicture=${onPicture} />
      <${Conversation} key=${id} picture=${picture} />
    </aside>
  </div>`;
}

/** To where one was in this room; who came from elsewhere goes to the gallery. */
function back() {
  if (globalThis.navigation ? navigation.canGoBack : history.length > 1) history.back();
  else go("/gallery");
}

/** The picture of that id, kept up to date while it is looked at. */
function usePicture(id) {
  const [state, setState] = useState({});
  useEffect(() => {
    let here = true;
    const load = () => api.get(`/api/pictures/${id}`).then((picture) => here && setState({ picture }), (problem) => here && setState({ problem }));
    if (state.picture?.id !== id) setState({ picture: state.picture }); // the old one stays until the new one is there
    load();
    const stop = listen("gallery", ({ ids, change }) => (change === "unknown" || ids.includes(id)) && load());
    return () => {
      here = false;
      stop();
    };
  }, [id]);
  const current = state.picture?.id === id || state.problem ? state : {};
  return { ...current, setPicture: (picture) => setState({ picture }) };
}
