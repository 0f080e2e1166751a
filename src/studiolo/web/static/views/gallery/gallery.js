// Every picture there is: searched, filtered, starred, gathered in collections.
import { html, useEffect, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { go, match, route } from "../../core/router.js";
import { formatNumber, language, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { Notice } from "../../components/notice.js";
import { SelectionBar } from "./bar.js";
import { Shelf } from "./collections.js";
import { Filters } from "./filters.js";
import "./following.js";
import { ImportButton, ImportReport, ImportVeil } from "./import-panel.js";
import { chooseNone, choosing } from "./selection.js";
import { open, retry, shown } from "./source.js";
import { Timeline } from "./timeline.js";
import { Wall } from "./wall.js";

const t = words({
  en: {
    title: "Gallery", search: "Search by words or by meaning", find: "Search pictures",
    total: ({ n, text }) => (n === 1 ? "1 picture" : `${text} pictures`),
    found: ({ n, text }) => (n === 0 ? "Nothing found" : n === 1 ? "1 found" : `${text} found`),
    emptyTitle: "Nothing hangs here yet", emptyText: "Every picture you paint is kept here, with all that makes it again. Pictures you have can be dropped here.", paint: "Paint the first one",
    noneTitle: "No picture fits", noneText: "Try other words, or fewer filters.", all: "Show all pictures",
    trashTitle: "The trash is empty", trashText: "Pictures you delete lie here until the trash is emptied.", again: "Try again",
  },
  ko: {
    title: "갤러리", search: "단어나 의미로 검색", find: "그림 검색",
    total: ({ text }) => `그림 ${text}장`, found: ({ n, text }) => (n === 0 ? "찾은 그림이 없습니다" : `${text}장 찾음`),
    emptyTitle: "아직 걸린 그림이 없습니다", emptyText: "그린 그림은 모두 설정과 함께 여기에 보관됩니다. 가지고 있는 그림은 끌어다 놓으세요.", paint: "첫 그림 그리기",
    noneTitle: "맞는 그림이 없습니다", noneText: "다른 단어로 찾거나 필터를 줄여 보세요.", all: "모든 그림 보기",
    trashTitle: "휴지통이 비어 있습니다", trashText: "삭제한 그림은 휴지통을 비울 때까지 여기에 있습니다.", again: "다시 시도",
  },
});

/** What the address asks for, as the API wants it. */
function queryOf() {
  const { tag, ...rest } = route.value.query;
  const collection = match("/gallery/collections/:id")?.id;
  return { ...rest, ...(tag ? { tag: tag.split(",") } : {}), ...(collection ? { collection } : {}) };
}

export function Gallery() {
  const query = queryOf();
  const [filtering, setFiltering] = useState(false);
  const asked = JSON.stringify(query);
  useEffect(() => {
    chooseNone();
    open(query);
  }, [asked]);
  useKeys([{ keys: "/", does: t("find"), run: () => document.getElementById("search").focus() }], [language.value]);
  const set = (changes) => go(route.value.path, { ...route.value.query, ...changes });
  return html`<div class="view gallery">
    <header class="view-head">
      <h1>${t("title")} <span class="gallery-total soft" aria-live="polite">${totalOf(query)}</span></h1>
      <div class="gallery-tools">
        <${Search} value=${query.q ?? ""} onSearch=${(q) => set({ q, before: "" })} />
        <${ImportButton} />
      </div>
    </header>
    <${ImportReport} />
    <${Shelf} query=${query} filtering=${filtering} onFilter=${() => setFiltering(!filtering)} />
    ${filtering && html`<${Filters} query=${query} onChange=${set} />`}
    ${shown.value?.problem && html`<${Notice} problem=${shown.value.problem} /><p><${Button} icon="refresh-cw" onClick=${retry}>${t("again")}<//></p>`}
    <div class="gallery-body">
      ${shown.value && (shown.value.pictures.length ? html`<${Wall} key=${shown.value.key} />` : !shown.value.loading && !shown.value.problem && html`<${Empty} query=${query} />`)}
      ${!query.q && shown.value?.total > 100 && html`<${Timeline} query=${query} onJump=${(before) => set({ before })} />`}
    </div>
    ${choosing.value && html`<${SelectionBar} trash=${query.trash === "true"} collection=${query.collection} />`}
    <${ImportVeil} />
  </div>`;
}

function totalOf(query) {
  const n = shown.value?.total;
  if (n === null || n === undefined) return "";
  return t(query.q ? "found" : "total", { n, text: formatNumber(n) });
}

function Search({ value, onSearch }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const submit = (event) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  const clear = () => {
    onSearch("");
    document.getElementById("search").focus();
  };
  return html`<form class="gallery-search" role="search" onSubmit=${submit}>
    <${Icon} name="search" />
    <input id="search" class="input" type="search" enterkeyhint="search" aria-label=${t("find")} placeholder=${t("search")} value=${text}
      onInput=${(event) => { setText(event.currentTarget.value); if (!event.currentTarget.value) onSearch(""); }}
      onKeyDown=${(event) => event.key === "Escape" && (text ? clear() : event.currentTarget.blur())} />
  </form>`;
}

function Empty({ query }) {
  const asked = Object.entries(query).some(([name, value]) => value && name !== "trash");
  const name = asked ? "none" : query.trash ? "trash" : "empty";
  return html`<section class="gallery-empty stack">
    <h2>${t(`${name}Title`)}</h2>
    <p class="soft">${t(`${name}Text`)}</p>
    ${name === "empty" && html`<p><a class="button primary" href="#/">${t("paint")}</a></p>`}
    ${name === "none" && html`<p><a class="button" href="#/gallery">${t("all")}</a></p>`}
  </section>`;
}
