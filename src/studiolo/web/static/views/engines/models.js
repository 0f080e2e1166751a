// Models that engines on this machine can have: how large, under which licence, here or not, and the command that brings them.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { formatNumber, words } from "../../core/words.js";
import { Icon } from "../../components/icon.js";
import { sayProblem } from "../../components/toasts.js";
import { Command } from "./command.js";

const t = words({
  en: { title: "Models", intro: "What the engines on this machine paint, look and cut out with. A command brings a model here; after that it needs no network. {free} are free.", here: "Here", partly: "Partly here: {size}", missing: "Not here", about: "about {size}" },
  ko: { title: "모델", intro: "이 기기의 엔진이 그리고, 보고, 오려 낼 때 쓰는 모델입니다. 명령으로 받아 두면 네트워크 없이 쓸 수 있습니다. 빈 공간은 {free}입니다.", here: "있음", partly: "일부 있음: {size}", missing: "없음", about: "약 {size}" },
});

const unit = (value, name) => formatNumber(value, { style: "unit", unit: name, maximumFractionDigits: value < 10 ? 1 : 0 });
const formatBytes = (bytes) => (bytes >= 1e9 ? unit(bytes / 1e9, "gigabyte") : unit(Math.max(1, bytes / 1e6), "megabyte"));

/** `asked` changes when they shall be looked for again. */
export function Models({ asked }) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let here = true;
    api.get("/api/models").then((models) => here && setFound(models), sayProblem);
    return () => (here = false);
  }, [asked]);
  if (!found?.models.length) return null;
  const names = found.models.map(({ name }) => name);
  const called = ({ engine, name }) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${engine}:${name}`);
  const engines = [...new Set(found.models.map(({ engine }) => engine))];
  return html`<section class="engines-kind" aria-labelledby="models">
    <h2 id="models">${t("title")}</h2>
    <p class="soft engines-intro">${t("intro", { free: formatBytes(found.free_bytes) })}</p>
    ${engines.map((engine) => html`<div class="models" key=${engine}><h3 id=${`models-${engine}`}>${engine}</h3>
      <ul aria-labelledby=${`models-${engine}`}>${found.models.filter((each) => each.engine === engine).map((model) => html`<${Model} key=${model.name} model=${model} called=${called(model)} />`)}</ul></div>`)}
  </section>`;
}

function Model({ model, called }) {
  const { name, description, licence, download_bytes: whole, bytes_here: part, ready } = model;
  const size = ready ? formatBytes(part || whole) : t("about", { size: formatBytes(whole) });
  const state = ready ? t("here") : part > 0 ? t("partly", { size: formatBytes(part) }) : t("missing");
  return html`<li class="model">
    <div><div class="row"><h4>${name}</h4><span class=${`engine-state ${ready ? "ready" : ""}`}><${Icon} name=${ready ? "circle-check" : "download"} />${state}</span></div>
      <p class="small soft">${description}</p></div>
    <p class="small soft numbers">${size}<br />${licence}</p>
    ${!ready && html`<${Command} text=${`studiolo pull ${called}`} />`}
  </li>`;
}
