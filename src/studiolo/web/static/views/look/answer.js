// One question and its answer: read, heard, traced back to what it rests on, forgotten.
import { api } from "../../core/api.js";
import { html, useEffect, useRef, useState } from "../../core/html.js";
import { may } from "../../core/state.js";
import { formatDollars, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { sayProblem } from "../../components/toasts.js";

const t = words({
  en: {
    hear: "Hear the answer", pause: "Pause", speaking: "Making it audible…", forget: "Forget this answer", why: "What this rests on", description: "A description",
    length: "It reached its longest.", refused: "It was refused.", interrupted: "It broke off; this is what had come.", cancelled: "You stopped it here.", by: "Answered by {engine}", cost: "cost {cost}",
  },
  ko: {
    hear: "답변 듣기", pause: "일시 정지", speaking: "소리를 만드는 중…", forget: "이 답변 지우기", why: "답변의 근거", description: "설명",
    length: "최대 길이에 닿았습니다.", refused: "거절되었습니다.", interrupted: "중간에 끊겼습니다. 여기까지 받았습니다.", cancelled: "여기서 중지했습니다.", by: "{engine}의 답변", cost: "비용 {cost}",
  },
});

export function Answer({ answer, speak, onSpoken, onForget }) {
  const reasons = [...answer.evidence, ...answer.notes];
  const cost = answer.cost === null ? "" : ` · ${t("cost", { cost: formatDollars(answer.cost) })}`;
  return html`<li class="talk-turn">
    <p class="talk-question">${answer.question || t("description")}</p>
    <p class="talk-answer">${answer.text}</p>
    ${answer.finish !== "complete" && html`<p class="small soft">${t(answer.finish)}</p>`}
    <div class="talk-tools row">
      <${Speaker} answer=${answer} speak=${speak} onSpoken=${onSpoken} />
      ${may("edit") && html`<${Button} kind="quiet" icon="trash-2" label=${t("forget")} onClick=${() => onForget(answer)} />`}
      <details class="engine-facts"><summary>${t("why")}</summary>
        <ul class="small soft">${reasons.map((each) => html`<li>${each}</li>`)}<li>${t("by", { engine: [answer.engine, answer.model].filter(Boolean).join(" · ") })}${cost}</li></ul></details>
    </div>
  </li>`;
}

function Speaker({ answer, speak, onSpoken }) {
  const [state, setState] = useState("silent");
  const audio = useRef(null);
  useEffect(() => {
    const element = audio.current;
    return () => element.pause(); // it would be heard after its page was left
  }, []);
  const hear = async () => {
    document.querySelectorAll(".talk audio").forEach((other) => other.pause());
    try {
      setState("making");
      let spoken = answer;
      if (!answer.speech_url) {
        spoken = await api.post(`/api/answers/${answer.id}/speech`, { format: "mp3" });
        onSpoken(spoken);
      }
      if (!audio.current.src.endsWith(spoken.speech_url)) audio.current.src = spoken.speech_url;
      await audio.current.play();
    } catch (problem) {
      setState("silent");
      // A browser may refuse to play what nobody clicked for: then the button is there to click.
      if (problem.name !== "NotAllowedError") sayProblem(problem);
    }
  };
  useEffect(() => {
    if (speak) hear();
  }, [speak]);
  const playing = state === "playing";
  return html`<span>
    <${Button} kind="quiet" icon=${playing ? "square" : "volume-2"} label=${t(playing ? "pause" : state === "making" ? "speaking" : "hear")} aria-busy=${state === "making" ? "true" : undefined}
      onClick=${() => (playing ? audio.current.pause() : hear())} />
    <audio ref=${audio} onPlaying=${() => setState("playing")} onPause=${() => setState("silent")} onEnded=${() => setState("silent")}></audio>
  </span>`;
}
