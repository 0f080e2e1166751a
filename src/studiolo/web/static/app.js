// The house: a rail of places, and the room one is in.
import { api, onUnauthenticated } from "./core/api.js";
import { connect, connected, listen } from "./core/events.js";
import { html, render, useEffect, useLayoutEffect, useRef, useState } from "./core/html.js";
import { useKeys } from "./core/keys.js";
import { go, link, match, path } from "./core/router.js";
import { activeJobs, loadEngines, loadSession, session, theme } from "./core/state.js";
import { language, LANGUAGES, words } from "./core/words.js";
import { Button } from "./components/button.js";
import { Icon } from "./components/icon.js";
import { later } from "./components/later.js";
import { Menu } from "./components/menu.js";
import { Notice } from "./components/notice.js";
import { sayProblem, Toasts } from "./components/toasts.js";
import { Create } from "./views/create/create.js";
import { Help } from "./views/help.js";
import { Login } from "./views/login.js";

// The first room comes with the page, the others as soon as it stands.
const ROOMS = {
  Engines: () => import("./views/engines/engines.js"),
  Gallery: () => import("./views/gallery/gallery.js"),
  Look: () => import("./views/look/look.js"),
};
const [Engines, Gallery, Look] = Object.entries(ROOMS).map(([name, load]) => later(load, name));
const SOON_MS = 1000;

const t = words({
  en: {
    create: "Create", gallery: "Gallery", engines: "Engines", skip: "Skip to the content", places: "Places", appearance: "Look and language",
    auto: "As this machine", light: "Light", dark: "Dark", keyboard: "Keyboard", leave: "Log out", again: "Try again",
    lost: "The studio does not answer. What it was painting goes on when it is back.",
  },
  ko: {
    create: "만들기", gallery: "갤러리", engines: "엔진", skip: "본문으로 건너뛰기", places: "장소", appearance: "모양과 언어",
    auto: "기기 설정대로", light: "밝게", dark: "어둡게", keyboard: "키보드", leave: "로그아웃", again: "다시 시도",
    lost: "작업실이 응답하지 않습니다. 돌아오면 그리던 그림을 이어서 그립니다.",
  },
});

const PLACES = [
  { name: "create", path: "/", icon: "paintbrush" },
  { name: "gallery", path: "/gallery", icon: "images" },
  { name: "engines", path: "/engines", icon: "plug" },
];

function room() {
  const picture = match("/pictures/:id");
  if (picture) return { name: "gallery", view: html`<${Look} id=${picture.id} />` };
  if (path.value.startsWith("/gallery")) return { name: "gallery", view: html`<${Gallery} />` };
  if (path.value === "/engines") return { name: "engines", view: html`<${Engines} />` };
  return { name: "create", view: html`<${Create} />` };
}

function Rail({ here, onHelp }) {
  const waiting = activeJobs.value.length;
  const looks = [
    ...["auto", "light", "dark"].map((name) => ({ label: t(name), icon: theme.value === name ? "check" : { auto: "sun-moon", light: "sun", dark: "moon" }[name], run: () => (theme.value = name) })),
    ...Object.entries(LANGUAGES).map(([code, label]) => ({ label, icon: language.value === code ? "check" : "languages", run: () => (language.value = code) })),
    { label: t("keyboard"), icon: "keyboard", run: onHelp },
    session.value.login_required && { label: t("leave"), icon: "log-out", run: () => api.delete("/api/session").then(() => location.reload(), sayProblem) },
  ];
  return html`<nav class="rail" aria-label=${t("places")}>
    <img class="mark" src="/static/icon.svg" alt="" />
    ${PLACES.map((place) => html`<a class="place" href=${link(place.path)} aria-current=${place.name === here ? "page" : undefined}>
      <${Icon} name=${place.icon} /><span>${t(place.name)}</span>
      ${place.name === "create" && waiting > 0 && html`<span class="small numbers">${waiting}</span>`}
    </a>`)}
    <div class="grow"></div>
    <${Menu} label=${t("appearance")} icon="sun-moon" align="left up" items=${looks} />
  </nav>`;
}

/** Whoever enters a room stands at its beginning; a room that remembers a place goes there itself. */
function useEntering(place) {
  const before = useRef(place);
  useLayoutEffect(() => {
    if (before.current === place) return;
    before.current = place;
    scrollTo(0, 0);
    // What had the focus may have gone with the room: the keyboard goes on in this one.
    if (document.activeElement === document.body) document.getElementById("room").focus({ preventScroll: true });
  }, [place]);
}

function House() {
  const [help, setHelp] = useState(false);
  const { name, view } = room();
  useEntering(path.value);
  useEffect(() => {
    document.title = name === "create" ? "studiolo" : `${t(name)} · studiolo`;
  }, [name, language.value]);
  useKeys([
    { keys: "?", does: t("keyboard"), run: () => setHelp(true) },
    { keys: "c", does: t("create"), run: () => go("/") },
    { keys: "g", does: t("gallery"), run: () => go("/gallery") },
    { keys: "e", does: t("engines"), run: () => go("/engines") },
  ], [language.value]);
  return html`<a class="button primary skip" href="#room" onClick=${(event) => { event.preventDefault(); document.getElementById("room").focus(); }}>${t("skip")}</a>
    <div class="house">
      <${Rail} here=${name} onHelp=${() => setHelp(true)} />
      <main class="room" id="room" tabindex="-1">
        ${!connected.value && html`<p class="offline-note" role="alert">${t("lost")}</p>`}
        ${view}
      </main>
    </div>
    ${help && html`<${Help} onClose=${() => setHelp(false)} />`}
    <${Toasts} />`;
}

function App() {
  const [state, setState] = useState("opening");
  const [problem, setProblem] = useState(null);
  const open = async () => {
    try {
      const found = await loadSession();
      if (found.login_required && !found.authenticated) return setState("login");
      connect();
      await loadEngines();
      setState("open");
      // What does not come now is asked for again, and said, when somebody enters.
      setTimeout(() => Object.values(ROOMS).forEach((load) => load().catch(() => {})), SOON_MS);
    } catch (error) {
      setProblem(error);
      setState("closed");
    }
  };
  useEffect(() => {
    open();
    onUnauthenticated(() => setState("login"));
  }, []);
  if (state === "login") return html`<${Login} onEntered=${open} />`;
  if (state === "closed") return html`<main class="login"><div class="stack"><${Notice} problem=${problem} /><${Button} icon="refresh-cw" onClick=${open}>${t("again")}<//></div></main>`;
  return state === "open" ? html`<${House} />` : null;
}

history.scrollRestoration = "manual";
// Engines may have been added or lost while the stream was away.
listen("snapshot", () => session.value && loadEngines().catch(sayProblem));
render(html`<${App} />`, document.getElementById("app"));
