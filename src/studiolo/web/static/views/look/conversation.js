// Questions and answers about a picture: words as they come, kept however they end.
import { api, Problem } from "../../core/api.js";
import { html, useEffect, useRef, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { remember, remembered } from "../../core/memory.js";
import { offeredEngines, session } from "../../core/state.js";
import { words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Check, SelectField } from "../../components/field.js";
import { Notice } from "../../components/notice.js";
import { sayProblem } from "../../components/toasts.js";
import { Answer } from "./answer.js";

const t = words({
  en: {
    title: "Ask", question: "Ask about this picture", send: "Ask", stop: "Stop", what: "What is in this picture?", many: "How many things are there?", colours: "Which colours stand out?", describe: "Describe it",
    thinking: "Looking…", autoplay: "Read answers aloud", who: "Who answers", settings: "How it answers", default: "{name} (default)", focus: "Ask a question",
  },
  ko: {
    title: "질문", question: "이 그림에 대해 물어보세요", send: "묻기", stop: "중지", what: "그림에 무엇이 있나요?", many: "몇 개가 있나요?", colours: "어떤 색이 두드러지나요?", describe: "설명해 주세요",
    thinking: "보는 중…", autoplay: "답변 소리 내어 읽기", who: "답하는 엔진", settings: "답변 방식", default: "{name} (기본)", focus: "질문하기",
  },
});

export function Conversation({ picture }) {
  const [answers, setAnswers] = useState([]);
  const [coming, setComing] = useState(null);
  const [problem, setProblem] = useState(null);
  const [question, setText] = useState(remembered(`question.${picture.id}`, ""));
  const [engine, setEngine] = useState(remembered("assistant", ""));
  const [autoplay, setAutoplay] = useState(remembered("autoplay", false));
  const [speaking, setSpeaking] = useState(null);
  const running = useRef(null);
  const path = `/api/pictures/${picture.id}`;
  const setQuestion = (text) => {
    remember(`question.${picture.id}`, text);
    setText(text);
  };
  // What was answered while these were on their way is not among them.
  const merge = (found) => setAnswers((now) => [...found, ...now.filter((each) => !found.some(({ id }) => id === each.id))]);
  const load = () => api.get(`${path}/answers`).then((found) => merge(found.answers), setProblem);
  useEffect(() => {
    load();
    return () => running.current?.abort();
  }, []);
  useKeys([{ keys: "a", does: t("focus"), run: () => document.getElementById("question").focus() }]);

  const ask = async (text, target = "answers") => {
    const stop = (running.current = new AbortController());
    setProblem(null);
    setComing({ question: text, text: "" });
    if (target === "answers") setQuestion("");
    try {
      const body = { ...(target === "answers" ? { question: text } : {}), ...(engine ? { engine } : {}) };
      for await (const { event, data } of api.stream(`${path}/${target}`, body, { signal: stop.signal })) {
        if (event === "piece") setComing((now) => ({ ...now, text: now.text + data.text }));
        else if (event === "answer") {
          setComing(null);
          setAnswers((now) => [...now.filter((each) => each.id !== data.id), data]);
          if (autoplay) setSpeaking(data.id);
        } else if (event === "problem") throw new Problem(data);
      }
    } catch (error) {
      if (error.name === "AbortError") await settle(path, (kept) => { setComing(null); merge(kept); }).catch(setProblem);
      else {
        setProblem(error);
        if (target === "answers") setQuestion(text); // a question that was not answered is not lost
        load();
      }
    } finally {
      setComing(null);
      running.current = null;
    }
  };
  const forget = (answer) => api.delete(`/api/answers/${answer.id}`).then(() => setAnswers((now) => now.filter((each) => each.id !== answer.id)), sayProblem);
  const keep = (answer) => setAnswers((now) => now.map((each) => (each.id === answer.id ? answer : each)));

  return html`<section class="talk" aria-labelledby="talk-title">
    <h2 id="talk-title" class="small-title">${t("title")}</h2>
    <ol class="talk-answers">${answers.map((answer) => html`<${Answer} key=${answer.id} answer=${answer} speak=${speaking === answer.id} onSpoken=${keep} onForget=${forget} />`)}
      ${coming && html`<${Coming} coming=${coming} />`}</ol>
    ${problem && html`<${Notice} problem=${problem} />`}
    ${!answers.length && !coming && html`<div class="row">${["what", "many", "colours"].map((name) => html`<button type="button" class="chip" onClick=${() => ask(t(name))}>${t(name)}</button>`)}
      <button type="button" class="chip" onClick=${() => ask(t("describe"), "description")}>${t("describe")}</button></div>`}
    <${Ask} question=${question} onQuestion=${setQuestion} busy=${coming !== null} onAsk=${() => ask(question.trim())} onStop=${() => running.current?.abort()} />
    <details class="engine-facts"><summary>${t("settings")}</summary><div class="stack tight">
      <${Who} engine=${engine} onEngine=${(name) => { remember("assistant", name); setEngine(name); }} />
      <${Check} label=${t("autoplay")} checked=${autoplay} onChange=${(on) => { remember("autoplay", on); setAutoplay(on); }} />
    </div></details>
  </section>`;
}

/** The server keeps what had come a moment after it notices that nobody listens any more. */
async function settle(path, onAnswers) {
  for (const wait of [250, 750]) {
    await new Promise((done) => setTimeout(done, wait));
    const { answers } = await api.get(`${path}/answers`);
    onAnswers(answers);
  }
}

function Coming({ coming }) {
  return html`<li class="talk-turn" aria-busy="true">
    <p class="talk-question">${coming.question}</p>
    <p class="talk-answer" aria-live="polite">${coming.text || html`<span class="soft">${t("thinking")}</span>`}</p>
  </li>`;
}

function Ask({ question, onQuestion, busy, onAsk, onStop }) {
  const submit = (event) => {
    event.preventDefault();
    if (question.trim() && !busy) onAsk();
  };
  const enter = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return html`<form class="talk-form" onSubmit=${submit}>
    <textarea id="question" class="textarea" rows="1" maxlength="4000" aria-label=${t("question")} placeholder=${t("question")} value=${question}
      onInput=${(event) => onQuestion(event.currentTarget.value)} onKeyDown=${enter}></textarea>
    ${busy ? html`<${Button} icon="square" label=${t("stop")} onClick=${onStop} />` : html`<${Button} type="submit" kind="primary" icon="send" label=${t("send")} disabled=${!question.trim()} />`}
  </form>`;
}

function Who({ engine, onEngine }) {
  const all = offeredEngines("chat").filter((each) => (each.capabilities?.vision ?? null) !== false);
  const options = [{ value: "", label: t("default", { name: session.value.defaults.assistant }) }, ...all.map((each) => ({ value: each.name, label: each.name, disabled: !each.ready }))];
  return html`<${SelectField} label=${t("who")} value=${engine} onChange=${onEngine} options=${options} />`;
}
