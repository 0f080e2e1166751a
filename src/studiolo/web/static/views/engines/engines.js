// What paints, answers and speaks here; what is missing, and the command that brings it.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { engineNamed, loadEngines, loadSession, may, offeredEngines, session } from "../../core/state.js";
import { formatNumber, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { TextField } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { Notice } from "../../components/notice.js";
import { say, sayProblem } from "../../components/toasts.js";
import { Command } from "./command.js";
import { Facts } from "./facts.js";
import { Models } from "./models.js";
import { Table } from "./table.js";

const t = words({
  en: {
    title: "Engines", intro: "What paints, answers and speaks. The pocket engines came with studiolo and work offline; others join them.",
    image: "Paint", chat: "Suggest, look and answer", speech: "Speak", ready: "Ready", missing: "Not ready", default: "Default", makeDefault: "Make default",
    madeDefault: "{name} is the default now.", test: "Test", testing: "Testing…", testCosts: "A test asks the service once, and may cost a little.", again: "Look again",
    took: "It works: {seconds} s.", details: "What it can do", key: "API key", keyHint: "Kept in config.toml on this machine, readable only by you. It is never shown again.", keyShared: "The same key is used to {others}.", imageToo: "paint", chatToo: "answer", speechToo: "speak", and: " and ",
    saveKey: "Save the key", removeKey: "Remove the key", keySaved: "The key of {name} is saved.", keyRemoved: "The key of {name} is removed.", hasKey: "A key is set", addKey: "Set a key", changeKey: "Change the key",
    notHere: "Not set up here ({n})",
  },
  ko: {
    title: "엔진", intro: "그리고, 답하고, 말하는 것들입니다. 포켓 엔진은 studiolo에 포함되어 있어 오프라인에서도 동작하고, 다른 엔진을 더할 수 있습니다.",
    image: "그리기", chat: "제안하고 보고 답하기", speech: "말하기", ready: "사용 가능", missing: "준비 안 됨", default: "기본", makeDefault: "기본으로 쓰기",
    madeDefault: "이제 {name}이(가) 기본입니다.", test: "시험", testing: "시험 중…", testCosts: "시험은 서비스에 한 번 물어보며 약간의 비용이 들 수 있습니다.", again: "다시 확인",
    took: "동작합니다: {seconds}초.", details: "할 수 있는 일", key: "API 키", keyHint: "이 기기의 config.toml에 본인만 읽을 수 있게 저장하며 다시 보여 주지 않습니다.", keyShared: "{others}에도 같은 키를 씁니다.", imageToo: "그리기", chatToo: "답하기", speechToo: "말하기", and: "와 ",
    saveKey: "키 저장", removeKey: "키 지우기", keySaved: "{name}의 키를 저장했습니다.", keyRemoved: "{name}의 키를 지웠습니다.", hasKey: "키가 있습니다", addKey: "키 넣기", changeKey: "키 바꾸기",
    notHere: "여기에 설치되지 않음 ({n})",
  },
});

const KINDS = ["image", "chat", "speech"];
const SETTING = { image: "engine", chat: "assistant", speech: "speech" };

export function Engines() {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    loadEngines().catch(sayProblem);
  }, [asked]);
  return html`<div class="view engines">
    <header class="view-head"><div class="stack tight"><h1>${t("title")}</h1><p class="soft engines-intro">${t("intro")}</p></div>
      <${Button} kind="quiet" icon="refresh-cw" onClick=${() => setAsked(asked + 1)}>${t("again")}<//></header>
    ${KINDS.map((kind) => html`<${Kind} key=${kind} kind=${kind} all=${inOrder(offeredEngines(kind))} />`)}
    <${Table} engines=${inOrder(offeredEngines("image"))} />
    <${Models} asked=${asked} />
  </div>`;
}

/** Our own first, then what is ready, then what could be. */
function inOrder(engines) {
  const rank = ({ name, ready }) => (name === "pocket" ? 0 : ready ? 1 : 2);
  return engines.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function Kind({ kind, all }) {
  const shown = all.filter((engine) => engine.ready || engine.has_key || engine.default);
  const rest = all.filter((engine) => !shown.includes(engine));
  return html`<section class="engines-kind" aria-labelledby=${`kind-${kind}`}>
    <h2 id=${`kind-${kind}`}>${t(kind)}</h2>
    <ul class="engines-list">${shown.map((engine) => html`<${Engine} key=${engine.name} engine=${engine} />`)}</ul>
    ${rest.length > 0 && html`<details class="engines-rest"><summary>${t("notHere", { n: rest.length })}</summary>
      <ul class="engines-list">${rest.map((engine) => html`<${Engine} key=${engine.name} engine=${engine} />`)}</ul></details>`}
  </section>`;
}

function Engine({ engine }) {
  const [result, setResult] = useState(null);
  const [keying, setKeying] = useState(false);
  const { kind, name, ready } = engine;
  const local = session.value.loopback && may("admin");
  const costs = engine.capabilities && !engine.capabilities.offline;
  const test = async () => {
    setResult({ testing: true });
    try {
      setResult(await api.post(`/api/engines/${kind}/${encodeURIComponent(name)}/test`, {}));
    } catch (problem) {
      setResult(null);
      sayProblem(problem);
    }
  };
  return html`<li class="engine card">
    <div class="engine-head">
      <h3>${name}</h3>
      <span class=${`engine-state ${ready ? "ready" : ""}`}><${Icon} name=${ready ? "circle-check" : "circle-x"} />${t(ready ? "ready" : "missing")}</span>
      ${engine.default && html`<span class="chip">${t("default")}</span>`}
    </div>
    ${engine.capabilities?.description && html`<p class="soft">${engine.capabilities.description}</p>`}
    ${!ready && html`<${Missing} engine=${engine} />`}
    <div class="row">
      ${ready && html`<${Button} icon="play" disabled=${result?.testing} title=${costs ? t("testCosts") : undefined} onClick=${test}>${t(result?.testing ? "testing" : "test")}<//>`}
      ${ready && !engine.default && local && html`<${Button} kind="quiet" onClick=${() => makeDefault(engine)}>${t("makeDefault")}<//>`}
      ${engine.takes_key && local && html`<${Button} kind="quiet" icon="key-round" aria-expanded=${keying ? "true" : "false"} onClick=${() => setKeying(!keying)}>${t(engine.has_key ? "changeKey" : "addKey")}<//>`}
    </div>
    ${keying && html`<${Key} engine=${engine} onDone=${() => setKeying(false)} />`}
    ${result && !result.testing && html`<${Result} result=${result} />`}
    ${engine.capabilities && html`<details class="engine-facts"><summary>${t("details")}</summary><${Facts} kind=${kind} capabilities=${engine.capabilities} /></details>`}
  </li>`;
}

/** Why it is not ready, and the command that mends it, to copy. */
function Missing({ engine }) {
  const command = /`([^`]+)`|(?:Run|Set|Start it)[^:]*: (\S.*?)\.?$/.exec(engine.hint);
  const text = command?.[1] ?? command?.[2];
  return html`<div class="stack tight">
    <p>${engine.reason}</p>
    ${text ? html`<${Command} text=${text} />` : engine.hint && html`<p class="soft">${engine.hint}</p>`}
  </div>`;
}

function Result({ result }) {
  if (!result.ok) return html`<${Notice} problem=${{ message: result.said, hint: result.hint }} />`;
  return html`<div class="notice" role="status"><${Icon} name="circle-check" /><div>
    <p>${t("took", { seconds: formatNumber(result.seconds, { maximumFractionDigits: 1 }) })} ${result.said && html`<span class="soft">${result.said}</span>`}</p>
    ${result.image && html`<img class="engine-sample" src=${result.image} alt="" />`}
  </div></div>`;
}

function Key({ engine, onDone }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState(null);
  const path = `/api/engines/${encodeURIComponent(engine.name)}/key`;
  const done = (message) => async () => {
    await loadEngines();
    say(t(message, { name: engine.name }));
    onDone();
  };
  const save = (event) => {
    event.preventDefault();
    api.put(path, { api_key: text.trim() }).then(done("keySaved")).catch(setProblem);
  };
  const remove = () => api.delete(path).then(done("keyRemoved")).catch(setProblem);
  const others = KINDS.filter((kind) => kind !== engine.kind && engineNamed(kind, engine.name)?.takes_key).map((kind) => t(`${kind}Too`)).join(t("and"));
  return html`<form class="stack tight engine-key" onSubmit=${save}>
    ${problem && html`<${Notice} problem=${problem} />`}
    <${TextField} label=${t("key")} hint=${`${t("keyHint")} ${others && t("keyShared", { others })}`.trim()} type="password" autocomplete="off" required value=${text} onInput=${setText} />
    <div class="row"><${Button} type="submit" kind="primary" disabled=${!text.trim()}>${t("saveKey")}<//>
      ${engine.has_key && html`<${Button} kind="danger" onClick=${remove}>${t("removeKey")}<//>`}</div>
  </form>`;
}

async function makeDefault({ kind, name }) {
  try {
    await api.patch("/api/settings", { [SETTING[kind]]: name });
    await Promise.all([loadEngines(), loadSession()]);
    say(t("madeDefault", { name }));
  } catch (problem) {
    sayProblem(problem);
  }
}
