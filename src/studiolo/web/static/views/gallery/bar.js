// What can be done with the chosen pictures, near the hand: at the bottom, above the thumb.
import { api } from "../../core/api.js";
import { html, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { may } from "../../core/state.js";
import { formatNumber, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Menu } from "../../components/menu.js";
import { say, sayProblem } from "../../components/toasts.js";
import { collections, loadCollections, NameDialog } from "./collections.js";
import { change, chooseAll, chooseNone, chosen, restore, trash } from "./selection.js";
import { remove as takeOut, shown } from "./source.js";

const t = words({
  en: {
    bar: "Chosen pictures", count: ({ n, text }) => (n === 1 ? "1 chosen" : `${text} chosen`), star: "Star", unstar: "Take the star", tag: "Add a tag", tagAction: "Add", collect: "Add to a collection", newOne: "New collection…", make: "Make it",
    collected: "Added to “{name}”.", takeOut: "Take out of this collection", trash: "Move to the trash", restore: "Put back", none: "Choose none", all: "Choose all that are shown", more: "More",
  },
  ko: {
    bar: "선택한 그림", count: ({ text }) => `${text}장 선택`, star: "별표 달기", unstar: "별표 떼기", tag: "태그 추가", tagAction: "추가", collect: "컬렉션에 넣기", newOne: "새 컬렉션…", make: "만들기",
    collected: "“{name}”에 넣었습니다.", takeOut: "이 컬렉션에서 빼기", trash: "휴지통으로 옮기기", restore: "되돌리기", none: "선택 해제", all: "보이는 그림 모두 선택", more: "더 보기",
  },
});

export function SelectionBar({ trash: inTrash, collection }) {
  const [asking, setAsking] = useState(null);
  const ids = [...chosen.value];
  const all = shown.value.pictures.filter((picture) => chosen.value.has(picture.id));
  const starred = all.length > 0 && all.every((picture) => picture.starred);
  const star = () => change([...chosen.value], { starred: !starred }).catch(sayProblem);
  const discard = () => (inTrash ? restore : trash)([...chosen.value]).catch(sayProblem);
  useKeys([
    { keys: "s", does: t("star"), run: star },
    { keys: "Delete", does: t(inTrash ? "restore" : "trash"), run: discard },
  ], [starred, inTrash]);
  const collect = async (target) => {
    await api.post(`/api/collections/${target.id}/pictures`, { add: ids, remove: [] });
    await loadCollections();
    say(t("collected", { name: target.name }));
    chooseNone();
  };
  const leave = async () => {
    await api.post(`/api/collections/${collection}/pictures`, { add: [], remove: ids });
    takeOut(ids);
    chooseNone();
  };
  if (!may("edit")) return null;
  return html`<section class="selection" aria-label=${t("bar")}>
    <p class="numbers" aria-live="polite">${t("count", { n: ids.length, text: formatNumber(ids.length) })}</p>
    ${inTrash ? html`<${Button} icon="undo-2" onClick=${discard}>${t("restore")}<//>` : html`
      <${Button} icon="star" label=${t(starred ? "unstar" : "star")} aria-pressed=${starred ? "true" : "false"} onClick=${star} />
      <${Button} icon="tag" label=${t("tag")} onClick=${() => setAsking("tag")} />
      <${Menu} kind="" icon="folder-plus" label=${t("collect")} align="left up" items=${[
        ...collections.value.map((each) => ({ label: each.name, icon: "folder", run: () => collect(each).catch(sayProblem) })),
        { label: t("newOne"), icon: "folder-plus", run: () => setAsking("collection") },
        collection && { label: t("takeOut"), icon: "x", run: () => leave().catch(sayProblem) },
      ]} />
      <${Button} kind="danger" icon="trash-2" label=${t("trash")} onClick=${discard} />`}
    <${Button} kind="quiet" icon="list-checks" label=${t("all")} onClick=${chooseAll} />
    <${Button} kind="quiet" icon="x" label=${t("none")} onClick=${chooseNone} />
    ${asking === "tag" && html`<${NameDialog} title=${t("tag")} action=${t("tagAction")} onClose=${() => setAsking(null)} onName=${(tag) => change(ids, { add_tags: [tag] })} />`}
    ${asking === "collection" && html`<${NameDialog} title=${t("newOne")} action=${t("make")} onClose=${() => setAsking(null)}
      onName=${async (name) => collect(await api.post("/api/collections", { name }))} />`}
  </section>`;
}
