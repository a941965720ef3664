// The speaker's window: this slide and the next, notes, the n behind each number, time. In step with the show.
import { draw, element, tongue } from "./slide.js";
import { channelOf, heartbeat } from "./channel.js";

const find = (id) => document.getElementById(id);
const channel = channelOf(new URLSearchParams(window.location.search).get("show"));
const KEYS = new Set([
  "ArrowRight", "ArrowLeft", "PageDown", "PageUp", "Home", "End", " ", "b", "B", ".", "l", "L", "d", "D", "a", "A", "+", "-",
]);
let show = null;
let state = null;

const say = (word, values = {}) =>
  show.words[state.language][word].replace(/\{(\w+)\}/g, (_all, key) => values[key]);

async function fill() {
  if (!show || !state) return;
  const { slides, config } = show;
  document.documentElement.lang = tongue(state.language);
  const pair = slides[state.at];
  const following = slides[state.at + 1];
  const slide = pair[state.language];
  find("position").textContent = say("slide", { slide_number: state.at + 1, slide_count: slides.length }) + (state.blank ? ` · ${say("blanked")}` : "");
  for (const [id, word] of Object.entries({
    "now-title": "now", "then-title": "then", "notes-title": "notes", "behind-title": "behind", "timer-label": "timer",
    "clock-label": "clock", "timer-zero": "start_over", back: "previous", on: "next",
  })) find(id).textContent = say(word);
  runSaid();
  find("notes").replaceChildren(...(slide.notes || say("no_notes")).split(/\n+/).map((line) => element("p", line)));
  find("behind").replaceChildren(
    element("dl", slide.ns.map(([label, n]) => element("div", [element("dt", label), element("dd", n)]))),
    element("h3", say("sources")),
    element("ul", slide.source_list.map((source) => element("li", source))),
  );
  const shown = { language: state.language, both: state.both, sign: "", unknown: say("unknown"), heading: "h3" };
  await draw(find("now"), pair, { ...shown, number: `${state.at + 1} / ${slides.length}` }, config);
  if (following) await draw(find("then"), following, { ...shown, number: `${state.at + 2} / ${slides.length}` }, config);
  else find("then").replaceChildren(element("p", say("end"), { class: "end" }));
  document.body.dataset.at = String(state.at + 1);
}

channel.addEventListener("message", ({ data }) => {
  if (data.kind === "show") show = data.show;
  if (data.kind === "state") state = data;
  if (data.kind === "show" || data.kind === "state") fill();
});

const press = (key) => channel.postMessage({ kind: "press", key });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("button") && (event.key === " " || event.key === "Enter")) return;
  if (KEYS.has(event.key) || /^[0-9]$/.test(event.key)) {
    event.preventDefault();
    press(event.key);
  }
});
find("back").addEventListener("click", () => press("ArrowLeft"));
find("on").addEventListener("click", () => press("ArrowRight"));

// ---- time

let gone = 0; // milliseconds before the last start
let since = null;

const elapsed = () => gone + (since === null ? 0 : Date.now() - since);
const two = (n) => String(n).padStart(2, "0");

function runSaid() {
  if (show && state) find("timer-run").textContent = say(since === null ? "start" : "pause");
}

function tick() {
  const seconds = Math.floor(elapsed() / 1000);
  find("timer").textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  const now = new Date();
  find("clock").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
}

find("timer-run").addEventListener("click", () => {
  if (since === null) since = Date.now();
  else [gone, since] = [elapsed(), null];
  runSaid();
  tick();
});
find("timer-zero").addEventListener("click", () => {
  gone = 0;
  if (since !== null) since = Date.now();
  tick();
});
window.setInterval(tick, 500);
tick();

let resized;
window.addEventListener("resize", () => {
  window.clearTimeout(resized);
  resized = window.setTimeout(fill, 150);
});
heartbeat((reached) => {
  if (show && state) find("sign").textContent = reached ? "" : say("offline");
});
channel.postMessage({ kind: "hello" });
