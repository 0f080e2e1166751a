// A small window into the gallery, to take one picture from it.
import { api } from "../core/api.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../core/html.js";
import { words } from "../core/words.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Notice } from "./notice.js";
import { titleOf } from "./titles.js";

const t = words({
  en: { title: "From the gallery", search: "Search your pictures", none: "No picture fits these words.", empty: "The gallery has no pictures yet.", more: "Show more" },
  ko: { title: "갤러리에서 고르기", search: "내 그림 검색", none: "검색어에 맞는 그림이 없습니다.", empty: "아직 갤러리에 그림이 없습니다.", more: "더 보기" },
});
const PAGE = 48;

async function look(query, before, signal) {
  if (query) {
    const { hits } = await api.get("/api/pictures/search", { q: query, limit: PAGE }, { signal });
    return { pictures: hits.map((hit) => hit.picture), next: null };
  }
  return api.get("/api/pictures", { limit: PAGE, before }, { signal });
}

export function GalleryChooser({ onChoose, onClose }) {
  const search = useRef(null);
  const [query, setQuery] = useState("");
  const [page, setPage] = useState(null);
  const [problem, setProblem] = useState(null);
  // Where the dialog puts the focus when it opens; as an attribute from the start the browser would complain of it.
  useLayoutEffect(() => search.current.setAttribute("autofocus", ""), []);
  useEffect(() => {
    const stop = new AbortController();
    const waiting = setTimeout(() => {
      look(query.trim(), undefined, stop.signal).then(
        (found) => { setPage(found); setProblem(null); },
        (error) => error.name === "AbortError" || setProblem(error),
      );
    }, query ? 250 : 0);
    return () => { clearTimeout(waiting); stop.abort(); };
  }, [query]);
  const more = () => look("", page.next).then((found) => setPage({ ...found, pictures: [...page.pictures, ...found.pictures] }), setProblem);
  return html`<${Dialog} title=${t("title")} onClose=${onClose} wide>
    <div class="stack">
      <input ref=${search} class="input" type="search" aria-label=${t("search")} placeholder=${t("search")} value=${query} onInput=${(event) => setQuery(event.currentTarget.value)} />
      ${problem && html`<${Notice} problem=${problem} />`}
      ${page?.pictures.length === 0 && html`<p class="soft">${t(query ? "none" : "empty")}</p>`}
      <ul class="chooser" aria-live="off">
        ${(page?.pictures ?? []).map((picture) => html`<li key=${picture.id}>
          <button type="button" class="picture" onClick=${() => onChoose(picture)} title=${titleOf(picture)}>
            <img src=${picture.thumbnail_url} alt=${titleOf(picture)} width=${picture.width} height=${picture.height} loading="lazy" decoding="async" />
          </button>
        </li>`)}
      </ul>
      ${page?.next && html`<${Button} onClick=${more}>${t("more")}<//>`}
    </div>
  <//>`;
}
