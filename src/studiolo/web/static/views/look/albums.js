// The collections that hold the picture; others it can be put into.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { listen } from "../../core/events.js";
import { link } from "../../core/router.js";
import { may } from "../../core/state.js";
import { words } from "../../core/words.js";
import { Menu } from "../../components/menu.js";
import { sayProblem } from "../../components/toasts.js";
import { collections, loadCollections, NameDialog } from "../gallery/collections.js";

const t = words({
  en: { title: "Collections", add: "Add to a collection", take: "Take out of {name}", new: "New collection", make: "Make it" },
  ko: { title: "컬렉션", add: "컬렉션에 넣기", take: "{name}에서 빼기", new: "새 컬렉션", make: "만들기" },
});

export function Albums({ picture }) {
  const [holding, setHolding] = useState([]);
  const [naming, setNaming] = useState(false);
  const load = () => api.get("/api/collections", { picture: picture.id }).then((found) => setHolding(found.collections), sayProblem);
  useEffect(() => {
    setHolding([]);
    load();
    loadCollections().catch(sayProblem);
    return listen("gallery", ({ change, ids }) => (change === "unknown" || ids.includes(picture.id)) && load());
  }, [picture.id]);
  const move = async (album, changes) => {
    await api.post(`/api/collections/${album.id}/pictures`, changes);
    await load();
  };
  const add = (album) => move(album, { add: [picture.id] });
  const create = async (name) => {
    await add(await api.post("/api/collections", { name }));
    await loadCollections();
  };
  const others = collections.value.filter((each) => !holding.some(({ id }) => id === each.id));
  const items = [
    ...others.map((each) => ({ label: each.name, icon: "folder", run: () => add(each).catch(sayProblem) })),
    { label: t("new"), icon: "folder-plus", run: () => setNaming(true) },
  ];
  if (!may("edit") && holding.length === 0) return null;
  return html`<div class="stack tight">
    <div class="row apart albums-head"><h2 class="small-title">${t("title")}</h2>${may("edit") && html`<${Menu} label=${t("add")} icon="folder-plus" items=${items} />`}</div>
    ${holding.length > 0 && html`<div class="row">${holding.map((each) => html`<span class="chip" key=${each.id}><a href=${link(`/gallery/collections/${each.id}`)}>${each.name}</a>
      ${may("edit") && html`<button type="button" class="chip-remove" aria-label=${t("take", { name: each.name })} onClick=${() => move(each, { remove: [picture.id] }).catch(sayProblem)}>×</button>`}</span>`)}</div>`}
    ${naming && html`<${NameDialog} title=${t("new")} action=${t("make")} onClose=${() => setNaming(false)} onName=${create} />`}
  </div>`;
}
