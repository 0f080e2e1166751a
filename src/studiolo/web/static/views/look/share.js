// A link for somebody who has no token: it shows this picture and nothing else, until it is taken back.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { session } from "../../core/state.js";
import { formatDate, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Check, SelectField } from "../../components/field.js";
import { Notice } from "../../components/notice.js";
import { say } from "../../components/toasts.js";

const t = words({
  en: {
    title: "Share this picture", text: "Whoever has the link sees this picture, without logging in.", here: "This studio listens on this machine only, so the link opens only here. Serve it to others with: studiolo serve --host ADDRESS",
    expires: "The link works", never: "until it is taken back", day: "for a day", week: "for a week", month: "for 30 days", settings: "With prompt and settings", make: "Make a link", copy: "Copy the link", copied: "The link is copied.",
    once: "Copy it now: it is not shown again.", links: "Links there are", until: "until {date}", forever: "until taken back", since: "made {date}", revoke: "Take back",
  },
  ko: {
    title: "그림 공유", text: "링크가 있는 사람은 로그인 없이 이 그림을 볼 수 있습니다.", here: "이 작업실은 이 기기에서만 열리므로 링크도 여기서만 열립니다. 다른 사람에게 열려면: studiolo serve --host ADDRESS",
    expires: "유효 기간", never: "취소할 때까지", day: "하루", week: "일주일", month: "30일", settings: "프롬프트와 설정 포함", make: "링크 만들기", copy: "링크 복사", copied: "링크를 복사했습니다.",
    once: "지금 복사하세요. 다시 보이지 않습니다.", links: "만든 링크", until: "{date}까지", forever: "취소할 때까지", since: "{date}에 만듦", revoke: "취소",
  },
});

const DAY_S = 86_400;
const SPANS = { never: null, day: DAY_S, week: 7 * DAY_S, month: 30 * DAY_S };

export function Share({ picture, onClose }) {
  const [span, setSpan] = useState("week");
  const [settings, setSettings] = useState(false);
  const [made, setMade] = useState("");
  const [links, setLinks] = useState([]);
  const [problem, setProblem] = useState(null);
  const path = `/api/pictures/${picture.id}/shares`;
  const load = () => api.get(path).then((found) => setLinks(found.shares), setProblem);
  useEffect(() => {
    load();
  }, []);
  const make = async () => {
    try {
      const share = await api.post(path, { expires_in_s: SPANS[span], metadata: settings });
      setMade(new URL(share.url, location.href).href);
      await load();
    } catch (error) {
      setProblem(error);
    }
  };
  const copy = () => navigator.clipboard.writeText(made).then(() => say(t("copied")), setProblem);
  const revoke = (share) => api.delete(`/api/shares/${share.id}`).then(load, setProblem);
  return html`<${Dialog} title=${t("title")} onClose=${onClose}><div class="stack">
    <p class="soft">${t("text")}</p>
    ${session.value.loopback && html`<${Notice}>${t("here")}<//>`}
    ${problem && html`<${Notice} problem=${problem} />`}
    <${SelectField} label=${t("expires")} value=${span} onChange=${setSpan} options=${Object.keys(SPANS).map((name) => ({ value: name, label: t(name) }))} />
    <${Check} label=${t("settings")} checked=${settings} onChange=${setSettings} />
    ${made ? html`<div class="stack tight"><div class="row share-made"><input class="input" readonly aria-label=${t("title")} value=${made} onFocus=${(event) => event.currentTarget.select()} />
        <${Button} kind="primary" icon="copy" onClick=${copy}>${t("copy")}<//></div><p class="small soft">${t("once")}</p></div>`
      : html`<p><${Button} kind="primary" icon="link" onClick=${make}>${t("make")}<//></p>`}
    ${links.length > 0 && html`<div class="stack tight"><h3>${t("links")}</h3><ul class="stack tight">${links.map((share) => html`<li class="row apart" key=${share.id}>
      <span class="small">${t("since", { date: formatDate(share.created) })} · ${share.expires ? t("until", { date: formatDate(share.expires) }) : t("forever")}</span>
      <${Button} kind="quiet" onClick=${() => revoke(share)}>${t("revoke")}<//></li>`)}</ul></div>`}
  </div><//>`;
}
