// The shelf above the wall: all, starred, the collections, the trash.
import { api } from "../../core/api.js";
import { html, signal, useEffect, useRef, useState } from "../../core/html.js";
import { listen } from "../../core/events.js";
import { go, link } from "../../core/router.js";
import { may } from "../../core/state.js";
import { formatNumber, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { TextField } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { Menu } from "../../components/menu.js";
import { Notice } from "../../components/notice.js";
import { say, sayProblem } from "../../components/toasts.js";
import { filtersIn } from "./filters.js";
import { forget, retry, shown } from "./source.js";

const t = words({
  en: {
    shelf: "Collections", all: "All", starred: "Starred", trash: "Trash", filters: "Filters", new: "New collection", name: "Name", make: "Make it", rename: "Rename", save: "Save",
    remove: "Remove the collection", removed: "“{name}” is gone; its pictures are not.", more: "More for this collection", empty: "Empty the trash", sure: "Remove these pictures for good?",
    sureText: "Nothing brings them back.", keep: "Keep them", forGood: "Remove for good", emptied: ({ n }) => (n === 1 ? "1 picture was removed." : `${n} pictures were removed.`),
  },
  ko: {
    shelf: "컬렉션", all: "전체", starred: "별표", trash: "휴지통", filters: "필터", new: "새 컬렉션", name: "이름", make: "만들기", rename: "이름 바꾸기", save: "저장",
    remove: "컬렉션 없애기", removed: "컬렉션 “{name}”을(를) 없앴습니다. 그림은 그대로 있습니다.", more: "이 컬렉션 더 보기", empty: "휴지통 비우기", sure: "이 그림들을 완전히 지울까요?",
    sureText: "되돌릴 수 없습니다.", keep: "그대로 두기", forGood: "완전히 지우기", emptied: "그림 {n}장을 지웠습니다.",
  },
});

export const collections = signal([]);

export async function loadCollections() {
  collections.value = (await api.get("/api/collections")).collections;
}

export function Shelf({ query, filtering, onFilter }) {
  const [dialog, setDialog] = useState(null);
  useEffect(() => {
    const load = () => loadCollections().catch(sayProblem);
    load();
    return listen("gallery", load);
  }, []);
  const places = useRef(null);
  useEffect(() => {
    const here = places.current.querySelector("[aria-current]");
    if (here) places.current.scrollLeft = here.offsetLeft - places.current.offsetLeft - (places.current.clientWidth - here.offsetWidth) / 2;
  }, [query.collection, collections.value.length]);
  const plain = !query.collection && !query.trash && query.starred !== "true";
  const inside = collections.value.find((each) => each.id === query.collection);
  const q = { q: query.q };
  const filters = filtersIn(query);
  return html`<div class="shelf">
    <nav class="shelf-places" ref=${places} aria-label=${t("shelf")}>
      <${Place} href=${link("/gallery", q)} here=${plain}>${t("all")}<//>
      <${Place} href=${link("/gallery", { ...q, starred: true })} here=${query.starred === "true"} icon="star">${t("starred")}<//>
      ${collections.value.map((each) => html`<${Place} key=${each.id} href=${link(`/gallery/collections/${each.id}`, q)} here=${each.id === query.collection} icon="folder">${each.name}<span class="soft small numbers">${formatNumber(each.count)}</span><//>`)}
    </nav>
    <div class="shelf-tools">
      ${inside && may("edit") && html`<${Menu} label=${t("more")} items=${[
        { label: t("rename"), icon: "pencil", run: () => setDialog("rename") },
        { label: t("remove"), icon: "trash-2", run: () => dissolve(inside) },
      ]} />`}
      ${may("edit") && html`<${Button} kind="quiet" icon="folder-plus" label=${t("new")} onClick=${() => setDialog("new")} />`}
      ${query.trash && may("admin") && shown.value?.pictures.length > 0 && html`<${Button} kind="danger" onClick=${() => setDialog("empty")}>${t("empty")}<//>`}
      <a class="button quiet icon-only" href=${link("/gallery", { ...q, trash: true })} aria-label=${t("trash")} title=${t("trash")} aria-current=${query.trash ? "page" : undefined}><${Icon} name="trash-2" /></a>
      <${Button} kind="quiet" class="shelf-filter" icon="sliders-horizontal" aria-label=${`${t("filters")}${filters ? ` (${filters})` : ""}`} aria-expanded=${filtering ? "true" : "false"} onClick=${onFilter}><span>${t("filters")}</span>${filters > 0 && html`<span class="numbers">${filters}</span>`}<//>
    </div>
    ${dialog === "new" && html`<${NameDialog} title=${t("new")} action=${t("make")} onClose=${() => setDialog(null)} onName=${create} />`}
    ${dialog === "rename" && html`<${NameDialog} title=${t("rename")} action=${t("save")} name=${inside.name} onClose=${() => setDialog(null)} onName=${(name) => rename(inside, name)} />`}
    ${dialog === "empty" && html`<${EmptyTrash} onClose=${() => setDialog(null)} />`}
  </div>`;
}

function Place({ href, here, icon, children }) {
  return html`<a class="chip" href=${href} aria-current=${here ? "page" : undefined}>${icon && html`<${Icon} name=${icon} />`}${children}</a>`;
}

/** Asks for a name; stays open, with the reason, until it is one that can be taken. */
export function NameDialog({ title, action, name: before = "", onName, onClose }) {
  const [name, setName] = useState(before);
  const [problem, setProblem] = useState(null);
  const submit = (event) => {
    event.preventDefault();
    onName(name.trim()).then(onClose, setProblem);
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="stack" onSubmit=${submit}>
    ${problem && html`<${Notice} problem=${problem} />`}
    <${TextField} label=${t("name")} value=${name} onInput=${setName} maxlength="80" required autofocus />
    <div class="row"><${Button} type="submit" kind="primary" disabled=${!name.trim()}>${action}<//></div>
  </form><//>`;
}

async function create(name) {
  const made = await api.post("/api/collections", { name });
  await loadCollections();
  go(`/gallery/collections/${made.id}`);
}

async function rename(collection, name) {
  await api.patch(`/api/collections/${collection.id}`, { name });
  await loadCollections();
}

async function dissolve(collection) {
  try {
    await api.delete(`/api/collections/${collection.id}`);
    await loadCollections();
    say(t("removed", { name: collection.name }));
    go("/gallery");
  } catch (problem) {
    sayProblem(problem);
  }
}

function EmptyTrash({ onClose }) {
  const empty = async () => {
    onClose();
    try {
      const { removed } = await api.delete("/api/trash");
      say(t("emptied", { n: removed }));
      forget();
      go("/gallery");
    } catch (problem) {
      sayProblem(problem);
      retry();
    }
  };
  return html`<${Dialog} title=${t("sure")} onClose=${onClose}><div class="stack">
    <p>${t("sureText")}</p>
    <div class="row"><${Button} autofocus onClick=${onClose}>${t("keep")}<//><${Button} kind="danger" onClick=${empty}>${t("forGood")}<//></div>
  </div><//>`;
}
