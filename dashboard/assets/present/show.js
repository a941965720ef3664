// The show: one slide after another, by keyboard or by buttons, alone or in step with the speaker's window.
import { answer, draw, element, gather, other, tongue } from "./slide.js";
import { channelOf, heartbeat } from "./channel.js";

const INTERVALS = [5, 10, 15, 20, 30, 45, 60, 90];
const find = (id) => document.getElementById(id);
const stage = find("stage");

const state = {
  show: null, // what the server said: slides, words, filters, decks, links to see it as
  at: 0,
  language: document.documentElement.lang === "zh-Hans" ? "zh" : "en",
  both: false,
  blank: false,
  seconds: 20,
  playing: null,
  offline: false,
};

const name = sessionStorage.getItem("show") || Math.random().toString(36).slice(2);
sessionStorage.setItem("show", name);
const channel = channelOf(name);

const say = (word, values = {}) =>
  state.show.words[state.language][word].replace(/\{(\w+)\}/g, (_all, key) => values[key]);

// ---- what is shown

async function showSlide(at) {
  const { slides, config } = state.show;
  state.at = Math.min(Math.max(at, 0), slides.length - 1);
  window.history.replaceState(null, "", `#${state.at + 1}`);
  tell();
  const number = `${state.at + 1} / ${slides.length}`;
  const sign = say(state.offline ? "offline" : "loaded");
  stage.dataset.drawn = "";
  const shown = { language: state.language, both: state.both, number, sign, unknown: say("unknown"), strip: window.innerHeight - stage.clientHeight };
  if (await draw(stage, slides[state.at], shown, config)) {
    stage.dataset.drawn = String(state.at + 1);
    const title = slides[state.at][state.language].title;
    find("spoken").textContent = `${say("slide", { slide_number: state.at + 1, slide_count: slides.length })}: ${title}`;
    document.title = `${title} · SCORE`;
  }
}

const go = (at) => {
  blank(false);
  return showSlide(at);
};

function blank(on) {
  if (state.blank === on) return;
  state.blank = on;
  find("blank").hidden = !on;
  if (on) find("spoken").textContent = say("blanked");
  tell();
}

let saidUntil;
function notify(text, stays = false) {
  window.clearTimeout(saidUntil);
  find("said").textContent = text;
  if (!stays) saidUntil = window.setTimeout(() => (find("said").textContent = ""), 4000);
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = tongue(language);
  const search = new URLSearchParams(window.location.search);
  if (language === "en") search.delete("lang");
  else search.set("lang", language);
  address(search);
  words();
  return showSlide(state.at);
}

function address(search) {
  const query = search.toString().replaceAll("%2C", ",");
  window.history.replaceState(null, "", `${window.location.pathname}${query ? `?${query}` : ""}${window.location.hash}`);
}

// ---- buttons, and the words on them

const BAR = [
  ["previous", "ArrowLeft"], ["next", "ArrowRight"], ["index", "i"], ["filters", "s"], ["numbers", "t"], ["language", "l"],
  ["both", "d"], ["play", "a"], ["blank", "b"], ["full_screen", "f"], ["speaker", "p"], ["help", "?"],
];

function words() {
  find("controls").setAttribute("aria-label", say("controls"));
  find("bar").setAttribute("aria-label", say("controls"));
  find("bar").replaceChildren(
    ...BAR.map(([word, key]) => {
      const language = word === "language" && other(state.language);
      return element("button", language ? state.show.words[language].name : say(word), {
        type: "button",
        "data-key": key,
        ...(language ? { lang: tongue(language) } : {}),
      });
    }),
  );
  for (const id of ["index", "filters", "table", "help"]) find(`${id}-title`).textContent = say(id);
  find("pause").textContent = say("pause");
  playingSaid();
}

const KEYS = [
  ["→", "next"], ["←", "previous"], ["Home", "first"], ["End", "last"], ["1 2 …", "jump"], ["I", "index"],
  ["F", "full_screen"], ["B", "blank"], ["L", "language"], ["D", "both"], ["T", "table"], ["S", "filters"], ["A", "play"],
  ["+ −", "interval"], ["P", "speaker"], ["?", "help"], ["Esc", "close"],
];

let barUntil;
function reveal() {
  document.body.classList.add("pointed");
  window.clearTimeout(barUntil);
  barUntil = window.setTimeout(() => document.body.classList.remove("pointed"), 3000);
}

// ---- playing by itself

function play(on) {
  window.clearInterval(state.playing);
  state.playing = on ? window.setInterval(() => showSlide((state.at + 1) % state.show.slides.length), state.seconds * 1000) : null;
  find("playing").hidden = !on;
  playingSaid();
  if (on === document.body.classList.contains("is-playing")) return;
  document.body.classList.toggle("is-playing", on); // takes a strip of the stage
  showSlide(state.at);
}

function playingSaid() {
  find("playing-said").textContent = say("playing", { seconds: state.seconds });
}

function pace(step) {
  const at = INTERVALS.indexOf(state.seconds) + step;
  state.seconds = INTERVALS[Math.min(Math.max(at, 0), INTERVALS.length - 1)];
  if (state.playing) play(true);
  else notify(say("playing", { seconds: state.seconds }));
}

// ---- what opens over the slides

function open(id, fill) {
  const dialog = find(id);
  if (dialog.open) return dialog.close();
  for (const each of document.querySelectorAll("dialog[open]")) each.close();
  fill();
  closeButton(dialog);
  dialog.showModal();
}

function closeButton(dialog) {
  dialog.querySelector(".close-this")?.remove();
  const button = element("button", say("close_this"), { type: "button", class: "close-this" });
  button.addEventListener("click", () => dialog.close());
  dialog.prepend(button);
}

function fillIndex() {
  find("index").querySelector("ol").replaceChildren(
    ...state.show.slides.map((pair, at) => {
      const button = element("button", pair[state.language].title, { type: "button" });
      if (at === state.at) button.setAttribute("aria-current", "true");
      if (at === state.at) button.autofocus = true;
      button.addEventListener("click", () => {
        find("index").close();
        go(at);
      });
      return element("li", [button]);
    }),
  );
  const decks = state.show.decks.length > 1 ? [deckChooser()] : [];
  const readers = state.show.readers.length ? [readerChooser()] : [];
  find("index").querySelector(".decks").replaceChildren(...decks, ...readers);
}

// What is shown as the readers of a link see it is another show: the server is told, and answers with it.
function readerChooser() {
  const chooser = element(
    "select",
    state.show.readers.map((link) => element("option", link[state.language], { value: link.number })),
  );
  const page = element("input", "", { type: "hidden", name: "page" });
  page.value = window.location.pathname + window.location.search;
  const buttons = [["own_deck", ""], ["this_deck", state.show.deck]].map(([word, deck]) =>
    element("button", say(word), { type: "submit", name: "deck", value: deck }),
  );
  const label = element("label", [element("span", say("as_readers")), chooser]);
  const form = element("form", [label, page, ...buttons], { method: "post", class: "readers" });
  form.addEventListener("submit", () => {
    form.action = `/share/${chooser.value}/see${state.language === "zh" ? "?lang=zh" : ""}`;
  });
  return form;
}

function deckChooser() {
  const chooser = element(
    "select",
    state.show.decks.map((deck) => element("option", deck === "standard" ? say("standard") : deck, { value: deck })),
  );
  chooser.value = state.show.deck;
  chooser.addEventListener("change", () => {
    const search = new URLSearchParams(window.location.search);
    search.set("deck", chooser.value);
    find("index").close();
    reload(search, 0);
  });
  return element("label", [element("span", say("deck")), chooser]);
}

function fillFilters() {
  const form = find("filters").querySelector("form");
  const groups = state.show.filters[state.language].map((group) =>
    element("details", [
      element("summary", [
        element("span", group.name),
        group.chosen.length && element("span", say("chosen", { chosen_count: group.chosen.length }), { class: "chosen" }),
      ]),
      element("div", group.options.map((option) => tick(group, option)), { class: "options", role: "group", "aria-label": group.name }),
    ], group.chosen.length ? { open: "" } : {}),
  );
  const date = element("input", "", { type: "date", name: "as_of" });
  date.value = state.show.as_of || "";
  const dated = state.show.as_of && element("label", [element("span", say("as_of")), date], { class: "as-of" });
  const apply = element("button", say("apply"), { type: "submit", class: "first" });
  const reset = element("button", say("reset"), { type: "button" });
  reset.addEventListener("click", () => {
    find("filters").close();
    refilter({});
  });
  form.replaceChildren(element("div", [...groups, dated], { class: "groups" }), element("p", [apply, reset]));
  form.querySelector("summary").autofocus = true;
}

function tick(group, option) {
  const box = element("input", "", { type: "checkbox", name: group.dimension, value: option.value });
  box.checked = group.chosen.includes(option.value);
  return element("label", [box, element("span", option.label)]);
}

function chosen() {
  const form = find("filters").querySelector("form");
  const found = {};
  for (const box of form.querySelectorAll("input:checked")) (found[box.name] ||= []).push(box.value);
  const date = form.querySelector("[name=as_of]");
  // The record's own date is no filter.
  if (date?.value && date.value !== state.show.record_date) found.as_of = [date.value];
  return found;
}

function refilter(filters) {
  const search = new URLSearchParams(window.location.search);
  for (const group of state.show.filters[state.language]) search.delete(group.dimension);
  search.delete("as_of");
  for (const [dimension, values] of Object.entries(filters)) search.set(dimension, values.join(","));
  return reload(search, state.at);
}

function fillTable() {
  const { table } = state.show.slides[state.at][state.language];
  const cell = (text, at, heading) =>
    element(heading ? "th" : "td", text, {
      ...(heading ? { scope: heading } : {}),
      ...(table.columns[at].numeric ? { class: "n" } : {}),
    });
  const head = element("thead", [element("tr", table.columns.map((column, at) => cell(column.label, at, "col")))]);
  const rows = table.rows.map((row) => element("tr", row.map((text, at) => cell(text, at, at ? "" : "row"))));
  find("table")
    .querySelector(".table-scroll")
    .replaceChildren(element("table", [head, element("tbody", rows)]), element("p", table.note));
}

function fillHelp() {
  find("help").querySelector("dl").replaceChildren(
    ...KEYS.map(([key, word]) =>
      element("div", [element("dt", [element("kbd", key)]), element("dd", say(word))]),
    ),
  );
}

// ---- keys

let typed = "";
let typedUntil;
function digit(key) {
  typed += key;
  window.clearTimeout(typedUntil);
  notify(typed, true);
  typedUntil = window.setTimeout(() => {
    const at = Number(typed);
    typed = "";
    notify("");
    if (at >= 1 && at <= state.show.slides.length) go(at - 1);
  }, 900);
}

function leave() {
  if (state.blank) blank(false);
  else if (state.playing) play(false);
  else if (document.fullscreenElement) document.exitFullscreen();
  else if (find("leave")) find("leave").requestSubmit();
  else if (state.show.browse) {
    const search = new URLSearchParams(window.location.search);
    search.delete("deck");
    window.location.assign(`/${search.size ? `?${search.toString().replaceAll("%2C", ",")}` : ""}`);
  }
}

function speaker() {
  const query = new URLSearchParams({ show: name, ...(state.language === "zh" ? { lang: "zh" } : {}) });
  if (!window.open(`/present/speaker?${query}`, `score-speaker-${name}`, "popup,width=1280,height=800")) notify(say("blocked"));
}

const PRESSED = {
  ArrowRight: () => go(state.at + 1),
  PageDown: () => go(state.at + 1),
  " ": () => go(state.at + 1),
  ArrowLeft: () => go(state.at - 1),
  PageUp: () => go(state.at - 1),
  Home: () => go(0),
  End: () => go(state.show.slides.length - 1),
  Escape: leave,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  b: () => blank(!state.blank),
  ".": () => blank(!state.blank),
  l: () => speak(other(state.language)),
  d: () => {
    state.both = !state.both;
    return showSlide(state.at);
  },
  i: () => open("index", fillIndex),
  s: () => open("filters", fillFilters),
  "/": () => open("filters", fillFilters),
  t: () => open("table", fillTable),
  "?": () => open("help", fillHelp),
  a: () => play(!state.playing),
  "+": () => pace(1),
  "-": () => pace(-1),
  p: speaker,
};

function press(key) {
  if (/^[0-9]$/.test(key)) return digit(key);
  const act = PRESSED[key.length === 1 ? key.toLowerCase() : key];
  if (act) act();
  return Boolean(act);
}

function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const dialog = document.querySelector("dialog[open]");
    // Inside what is open the keys are the browser's; the key that opened it closes it again.
    if (dialog) {
      const own = { index: "i", filters: "s", table: "t", help: "?" }[dialog.id];
      if (event.key === own && !event.target.matches("input:not([type=checkbox])")) {
        event.preventDefault();
        dialog.close();
      }
      return;
    }
    if (event.target.closest("button") && (event.key === " " || event.key === "Enter")) return;
    if (press(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key]");
    if (button) press(button.dataset.key);
  });
  find("filters").querySelector("form").addEventListener("submit", () => refilter(chosen()));
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => stage.focus());
  for (const moved of ["mousemove", "touchstart"]) document.addEventListener(moved, reveal, { passive: true });
  window.addEventListener("hashchange", () => {
    const at = Number(window.location.hash.slice(1)) - 1;
    if (at >= 0 && at !== state.at) go(at);
  });
  let resized;
  window.addEventListener("resize", () => {
    window.clearTimeout(resized);
    resized = window.setTimeout(() => {
      scale();
      showSlide(state.at);
    }, 150);
  });
}

// ---- the speaker's window

function tell() {
  const { at, language, both, blank: blanked } = state;
  channel.postMessage({ kind: "state", at, language, both, blank: blanked });
}

channel.addEventListener("message", ({ data }) => {
  if (!state.show) return;
  if (data.kind === "press") press(data.key);
  if (data.kind === "hello") {
    channel.postMessage({ kind: "show", show: state.show });
    tell();
  }
});

// ---- loading

async function load(search) {
  const show = await answer(`${document.body.dataset.slides}${search.size ? `?${search.toString().replaceAll("%2C", ",")}` : ""}`);
  await gather(show.slides);
  return show;
}

// Other filters or another deck: what is shown stays until the new slides are there.
async function reload(search, at) {
  notify(say("reloading"), true);
  try {
    state.show = await load(search);
  } catch {
    notify(say("failed"));
    return;
  }
  address(search);
  channel.postMessage({ kind: "show", show: state.show });
  await go(at);
  notify(say("reloaded"));
}

function scale() {
  const fits = Math.min(window.innerWidth / 1920, window.innerHeight / 1080);
  document.documentElement.style.fontSize = `${Math.max(24 * fits, 16)}px`;
}

async function start() {
  scale();
  try {
    state.show = await load(new URLSearchParams(window.location.search));
  } catch {
    stage.querySelector(".waiting").textContent = stage.dataset.failed;
    return;
  }
  state.language = state.show.language;
  words();
  listen();
  heartbeat((reached) => {
    if (state.offline === !reached) return;
    state.offline = !reached;
    for (const sign of document.querySelectorAll(".sign")) sign.textContent = say(reached ? "loaded" : "offline");
  });
  channel.postMessage({ kind: "show", show: state.show });
  stage.focus();
  await showSlide((Number(window.location.hash.slice(1)) || 1) - 1);
}

start();
