// The months at the side: one click goes there.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { formatDate, formatNumber, words } from "../../core/words.js";
import { sayProblem } from "../../components/toasts.js";
import { shown } from "./source.js";
import { monthInSight } from "./wall.js";

const t = words({
  en: { timeline: "Timeline", newest: "Newest", month: ({ n, name, text }) => `${name}, ${n === 1 ? "1 picture" : `${text} pictures`}` },
  ko: { timeline: "시간 순", newest: "최신", month: ({ name, text }) => `${name}, 그림 ${text}장` },
});

export function Timeline({ query, onJump }) {
  const [months, setMonths] = useState([]);
  const { before, ...filters } = query;
  const asked = JSON.stringify(filters);
  useEffect(() => {
    api.get("/api/pictures/timeline", filters).then((found) => setMonths(found.months), sayProblem);
  }, [asked, shown.value?.total]);
  if (months.length < 2) return null;
  let year = "";
  return html`<nav class="timeline" aria-label=${t("timeline")}><ol>
    ${before && html`<li><button type="button" onClick=${() => onJump("")}>${t("newest")}</button></li>`}
    ${months.map(({ month, count, before: cursor }, index) => {
      const first = month.slice(0, 4) !== year;
      year = month.slice(0, 4);
      const at = `${month}-15T12:00:00Z`;
      const name = formatDate(at, { year: "numeric", month: "long" });
      const jump = () => { onJump(index === 0 ? "" : cursor); scrollTo(0, 0); };
      return html`<li key=${month}>${first && html`<span class="timeline-year numbers" aria-hidden="true">${year}</span>`}
        <button type="button" aria-label=${t("month", { n: count, name, text: formatNumber(count) })} aria-current=${month === monthInSight.value ? "true" : undefined} onClick=${jump}>${formatDate(at, { month: "short" })}</button></li>`;
    })}
  </ol></nav>`;
}
