// The picture's colours; and how near it came to those that were asked for.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { link } from "../../core/router.js";
import { formatNumber, words } from "../../core/words.js";
import { say, sayProblem } from "../../components/toasts.js";

const t = words({
  en: {
    title: "Colours", copy: "Copy {hex}, {share} of the picture", copied: "{hex} is copied.", asked: "Asked for", use: "Use as a palette",
    fidelity: "{coverage} of the picture is in the colours asked for; they were missed by ΔE {delta} on average.",
  },
  ko: {
    title: "색", copy: "{hex} 복사, 그림의 {share}", copied: "{hex}을(를) 복사했습니다.", asked: "요청한 색", use: "팔레트로 쓰기",
    fidelity: "그림의 {coverage}가 요청한 색이며, 평균 색차는 ΔE {delta}입니다.",
  },
});

export function Palette({ picture }) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let here = true;
    setFound(null);
    api.get(`/api/pictures/${picture.id}/palette`, { colours: 6 }).then((palette) => here && setFound(palette), sayProblem);
    return () => (here = false);
  }, [picture.id]);
  const copy = (hex) => navigator.clipboard.writeText(hex).then(() => say(t("copied", { hex })), sayProblem);
  const percent = (share) => formatNumber(share, { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 });
  if (!found) return html`<div class="look-palette"><h2 class="small-title">${t("title")}</h2><div class="colours"></div></div>`;
  return html`<div class="look-palette stack tight">
    <div class="row apart"><h2 class="small-title">${t("title")}</h2><a class="small" href=${link("/", { palette: picture.id })}>${t("use")}</a></div>
    <div class="colours">${found.colours.map(({ hex, share }) => html`<button type="button" key=${hex} style=${{ background: hex, flexGrow: Math.max(share, 0.06) }}
      aria-label=${t("copy", { hex, share: percent(share) })} title=${`${hex} · ${percent(share)}`} onClick=${() => copy(hex)}></button>`)}</div>
    ${found.asked.length > 0 && html`<div class="row"><span class="small soft">${t("asked")}</span>${found.asked.map((hex) => html`<span class="swatch" key=${hex} title=${hex} style=${{ background: hex }}></span>`)}</div>`}
    ${found.fidelity && html`<p class="small soft">${t("fidelity", { coverage: percent(found.fidelity.coverage), delta: formatNumber(found.fidelity.mean_delta_e, { maximumFractionDigits: 1 }) })}</p>`}
  </div>`;
}
