// Each view brings its words in every language of the page: words({en: {…}, ko: {…}}) gives t("name", {n}).
// A text may be a function of the values, where a language must choose: {n} => n === 1 ? "…" : "…".
import { computed, effect, signal } from "./html.js";
import { remember, remembered } from "./memory.js";

export const LANGUAGES = { en: "English", ko: "한국어" };

const preferred = () => navigator.languages.map((tag) => tag.split("-")[0]).find((code) => code in LANGUAGES) ?? "en";

export const language = signal(remembered("language", preferred()));
effect(() => {
  remember("language", language.value);
  document.documentElement.lang = language.value;
});

export function words(texts) {
  return (name, values = {}) => {
    const text = texts[language.value]?.[name] ?? texts.en[name];
    if (text === undefined) throw new Error(`There is no text named "${name}".`);
    if (typeof text === "function") return text(values);
    return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  };
}

const locale = computed(() => language.value);
export const formatNumber = (value, options) => new Intl.NumberFormat(locale.value, options).format(value);
export const formatDate = (value, options = { dateStyle: "medium", timeStyle: "short" }) =>
  new Intl.DateTimeFormat(locale.value, options).format(new Date(value));
/** "$0.16", "$0.0023": cents, and what a small sum needs beyond them. */
export const formatDollars = (usd) => formatNumber(usd, { style: "currency", currency: "USD", maximumFractionDigits: 4 });

/** "12 s", "2 min 5 s" */
export function formatSeconds(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const unit = (value, name) => formatNumber(value, { style: "unit", unit: name, unitDisplay: "narrow" });
  if (whole < 60) return unit(whole, "second");
  return `${unit(Math.floor(whole / 60), "minute")} ${unit(whole % 60, "second")}`;
}
