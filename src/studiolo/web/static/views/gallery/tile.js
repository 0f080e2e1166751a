import { html } from "../../core/html.js";
import { Icon } from "../../components/icon.js";
import { link } from "../../core/router.js";
import { formatNumber, words } from "../../core/words.js";
import { titleOf } from "../../components/titles.js";

const t = words({
  en: { choose: "Choose", starred: "Starred", words: "Words: {words}", meaning: "Meaning: {share}" },
  ko: { choose: "선택", starred: "별표", words: "단어: {words}", meaning: "의미: {share}" },
});

/** One picture on the wall. Positions are px; `onChoose(id, index, {range})`. */
export function Tile({ picture, index, hit, current, chosen, onFocus, onChoose, top, left, width, height }) {
  const place = { top: `${top}px`, left: `${left}px`, width: `${width}px` };
  const pick = (event) => onChoose(picture.id, index, { range: event.shiftKey });
  const open = (event) => {
    if (!event.shiftKey) return;
    event.preventDefault(); // shift and click choose a range, as everywhere
    pick(event);
  };
  const label = titleOf(picture);
  return html`<div class=${`tile ${chosen ? "chosen" : ""}`} role="listitem" style=${place}>
    <a class="tile-picture" href=${link(`/pictures/${picture.id}`)} aria-label=${label} title=${label} data-index=${index} tabindex=${current ? 0 : -1}
       style=${{ height: `${height}px` }} onClick=${open} onFocus=${() => onFocus(index)}>
      <img src=${picture.thumbnail_url} alt="" width=${Math.round(width)} height=${Math.round(height)} decoding="async" draggable=${false} />
    </a>
    ${picture.starred && html`<span class="tile-star" title=${t("starred")}><${Icon} name="star" /><span class="visually-hidden">${t("starred")}</span></span>`}
    <button type="button" class="tile-choose" role="checkbox" aria-checked=${chosen ? "true" : "false"} aria-label=${`${t("choose")}: ${label}`} tabindex=${current ? 0 : -1} onClick=${pick}>
      ${chosen && html`<${Icon} name="check" />`}
    </button>
    ${hit && html`<p class="tile-reason small soft" title=${reasonOf(hit)}>${reasonOf(hit)}</p>`}
  </div>`;
}

/** Why it was found. */
function reasonOf({ words: found, meaning }) {
  const byWords = found.length > 0 && t("words", { words: found.join(", ") });
  const byMeaning = meaning !== null && t("meaning", { share: formatNumber(meaning, { style: "percent" }) });
  return [byWords, byMeaning].filter(Boolean).join(" · ");
}
