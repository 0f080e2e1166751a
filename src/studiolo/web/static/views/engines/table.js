// All that paint, side by side: what each can do, in which sizes, and what a picture costs.
import { api, Problem } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { formatDollars, formatNumber, words } from "../../core/words.js";
import { Icon } from "../../components/icon.js";

const t = words({
  en: {
    title: "Painters side by side", intro: "What each declares, with the model it uses unless another is named. A price is that of one picture.", engine: "Engine",
    "text-to-image": "Text to picture", "image-to-image": "Picture to picture", inpainting: "Repaint a part", outpainting: "Extend", variation: "Vary pictures", upscaling: "Enlarge", "background-removal": "Cut out",
    layout: "Follow a layout", loras: "LoRAs", negative: "Negative prompt", sizes: "Sizes", seeds: "Seeds", price: "Price", yes: "yes", no: "no",
    between: "{minimum} to {maximum}", listed: ({ n }) => (n === 1 ? "1 size" : `${n} sizes`), same: "same picture", number: "only number", free: "free", about: "about {price}", unknown: "unknown", absent: "not set up",
  },
  ko: {
    title: "그리는 엔진 비교", intro: "각 엔진이 알린 내용이며, 따로 정하지 않으면 쓰는 모델 기준입니다. 가격은 그림 한 장 값입니다.", engine: "엔진",
    "text-to-image": "글로 그림", "image-to-image": "그림으로 그림", inpainting: "일부 다시", outpainting: "넓히기", variation: "변형", upscaling: "키우기", "background-removal": "배경 지우기",
    layout: "구도 따르기", loras: "LoRA", negative: "네거티브", sizes: "크기", seeds: "시드", price: "가격", yes: "예", no: "아니요",
    between: "{minimum}~{maximum}", listed: "{n}가지", same: "같은 그림", number: "번호일 뿐", free: "무료", about: "약 {price}", unknown: "알 수 없음", absent: "설정 안 됨",
  },
});

const TASKS = ["text-to-image", "image-to-image", "inpainting", "outpainting", "variation", "upscaling", "background-removal"];
const paints = (can) => can.tasks.some((task) => !["upscaling", "background-removal"].includes(task));

function sizesOf({ sizes }) {
  if (sizes.choices?.length) return html`<span title=${sizes.choices.map(([width, height]) => `${width} × ${height}`).join(", ")}>${t("listed", { n: sizes.choices.length })}</span>`;
  return t("between", { minimum: formatNumber(sizes.minimum), maximum: formatNumber(sizes.maximum) });
}

/** Columns: name, and what is in the cell of an engine: true, false or words. */
const COLUMNS = [
  ...TASKS.map((task) => [task, (can) => can.tasks.includes(task)]),
  ["layout", (can) => can.controls.length > 0],
  ["loras", (can) => can.loras > 0],
  ["negative", (can) => can.negative_prompt],
  ["sizes", (can) => paints(can) && sizesOf(can)],
  ["seeds", (can) => paints(can) && t(can.seeded === false ? "number" : "same")],
];

/** What one picture costs with each engine: {name: {usd, firm, basis} or null}. */
function usePrices(engines) {
  const [prices, setPrices] = useState({});
  const names = engines.filter(({ capabilities: can }) => can.tasks.includes("text-to-image")).map(({ name }) => name);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async (name) => {
      try {
        const price = await api.post("/api/estimate", { engine: name, prompt: "picture", translate: false }, { signal: stop.signal });
        setPrices((before) => ({ ...before, [name]: price }));
      } catch (error) {
        // One that is not set up may not even know its price.
        if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
      }
    };
    names.forEach(ask);
    return () => stop.abort();
  }, [names.join(" ")]);
  return prices;
}

function Price({ engine, price }) {
  if (price ? price.usd === 0 : engine.capabilities.offline) return t("free");
  if (!price || price.usd === null) return html`<span class="soft">${t("unknown")}</span>`;
  return html`<span title=${price.basis}>${price.firm ? formatDollars(price.usd) : t("about", { price: formatDollars(price.usd) })}</span>`;
}

function Cell({ value }) {
  if (typeof value !== "boolean") return html`<td class="numbers">${value}</td>`;
  return html`<td class=${value ? "has" : "lacks"}><${Icon} name=${value ? "check" : "minus"} /><span class="visually-hidden">${t(value ? "yes" : "no")}</span></td>`;
}

export function Table({ engines }) {
  const all = engines.filter(({ capabilities }) => capabilities);
  const prices = usePrices(all);
  return html`<section class="engines-kind" aria-labelledby="painters">
    <h2 id="painters">${t("title")}</h2>
    <p class="soft engines-intro">${t("intro")}</p>
    <div class="painters" role="group" tabindex="0" aria-labelledby="painters"><table>
      <thead><tr><th scope="col">${t("engine")}</th><th scope="col">${t("price")}</th>${COLUMNS.map(([name]) => html`<th scope="col" key=${name}>${t(name)}</th>`)}</tr></thead>
      <tbody>${all.map((engine) => html`<tr key=${engine.name}>
        <th scope="row">${engine.name}${!engine.ready && html`<span class="small soft">${t("absent")}</span>`}</th>
        <td class="numbers"><${Price} engine=${engine} price=${prices[engine.name]} /></td>
        ${COLUMNS.map(([name, read]) => html`<${Cell} key=${name} value=${read(engine.capabilities)} />`)}
      </tr>`)}</tbody>
    </table></div>
  </section>`;
}
