// Who comes from another machine shows a token first.
import { api } from "../core/api.js";
import { html, useState } from "../core/html.js";
import { session } from "../core/state.js";
import { words } from "../core/words.js";
import { Button } from "../components/button.js";
import { TextField } from "../components/field.js";
import { Notice } from "../components/notice.js";

const t = words({
  en: { title: "A picture studio", token: "Access token", hint: "Whoever runs this studio makes one with: studiolo token create NAME", enter: "Enter" },
  ko: { title: "그림 작업실", token: "접근 토큰", hint: "이 작업실의 운영자가 다음 명령으로 만듭니다: studiolo token create NAME", enter: "들어가기" },
});

export function Login({ onEntered }) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(null);
  const enter = async (event) => {
    event.preventDefault();
    setProblem(null);
    try {
      session.value = await api.post("/api/session", { token: token.trim() });
      onEntered();
    } catch (error) {
      setProblem(error);
    }
  };
  return html`<main class="login"><form class="card stack" onSubmit=${enter}>
    <div class="row"><img src="/static/icon.svg" width="40" height="40" alt="" /><h1>studiolo</h1></div>
    <p class="soft">${t("title")}</p>
    ${problem && html`<${Notice} problem=${problem} />`}
    <${TextField} label=${t("token")} hint=${t("hint")} type="password" autocomplete="current-password" required value=${token} onInput=${setToken} />
    <${Button} type="submit" kind="primary" size="large">${t("enter")}<//>
  </form></main>`;
}
