// Draws one slide into a box: a canvas 1080 high and as wide as the box is, to scale.
// Nothing on it is under 24 of its pixels; charts are drawn small and enlarged, so that their 13 become 24 as well.

const HEIGHT = 1080;
const NARROWEST = 1440;
const WIDEST = 1920;
const LEAST = 1.85; // 13 px × 1.85 = 24 px
const MOST = 2.6;
const LEAST_WIDTH = 700; // of a chart, in its own pixels

// The size of the canvas for a box, in its own pixels, and the scale that fits it in. A box on end has a canvas on end.
export function fit(width, height) {
  const shape = width / height;
  const size =
    shape < 1
      ? { width: 1000, height: Math.min(1000 / shape, 2200) }
      : { width: Math.min(Math.max(HEIGHT * shape, NARROWEST), WIDEST), height: HEIGHT };
  return { ...size, scale: Math.min(width / size.width, height / size.height) };
}

// Fetches what charts would ask for while they are drawn: the shapes of maps, once each, into the figures themselves.
export async function gather(slides) {
  const shapes = {};
  const traces = slides.flatMap((pair) => Object.values(pair).flatMap((slide) => slide.figures.flatMap((each) => each.data)));
  const maps = traces.filter((trace) => typeof trace.geojson === "string");
  for (const address of new Set(maps.map((trace) => trace.geojson))) shapes[address] = await answer(address);
  for (const trace of maps) trace.geojson = shapes[trace.geojson];
}

export async function answer(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (response.status === 401) {
    window.location.reload(); // the gate says what happened
    await new Promise(() => {});
  }
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

export function element(name, content, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (Array.isArray(content)) made.append(...content.filter(Boolean));
  else if (content) made.textContent = content;
  return made;
}

export const tongue = (language) => (language === "zh" ? "zh-Hans" : "en");
export const other = (language) => (language === "zh" ? "en" : "zh");

// Draws `pair` (a slide by language) into `host`; what stood there stays until it is drawn.
// `state`: language, both, number (as said in the foot), sign, unknown (said for a card without a value), heading (its level), strip (pixels of the window's height the box goes without); `config`: plotly's settings.
export async function draw(host, pair, state, config) {
  const slide = pair[state.language];
  const second = state.both ? pair[other(state.language)] : null;
  const canvas = element("article", [head(slide, second, state), body(slide, state), foot(slide, second, state)], {
    class: "canvas",
    lang: tongue(state.language),
  });
  // A strip of the window that something else takes makes the canvas lower, not its type smaller.
  const strip = state.strip || 0;
  const size = fit(host.clientWidth, host.clientHeight + strip);
  size.height -= strip / size.scale;
  canvas.classList.toggle("on-end", size.width < NARROWEST);
  canvas.classList.toggle("narrow", size.width < 1700);
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  const left = (host.clientWidth - size.width * size.scale) / 2;
  const top = (host.clientHeight - size.height * size.scale) / 2;
  canvas.style.transform = `translate(${left}px, ${top}px) scale(${size.scale})`;
  canvas.style.visibility = "hidden";
  const turn = (host.turn = (host.turn || 0) + 1);
  host.append(canvas);
  await Promise.all([...canvas.querySelectorAll(".picture")].map((box, at) => chart(box, slide.figures[at], config)));
  if (host.turn !== turn) {
    canvas.remove(); // somebody has moved on meanwhile
    return false;
  }
  for (const each of [...host.children]) if (each !== canvas) each.remove();
  canvas.style.visibility = "";
  return true;
}

function head(slide, second, state) {
  return element("header", [
    element(state.heading || "h1", slide.title, { class: "title" }),
    second && element("p", second.title, { class: "second-title", lang: tongue(other(state.language)) }),
    slide.caption &&
      element("p", [slide.caption, second && " ", second && element("span", second.caption, { lang: tongue(other(state.language)) })], {
        class: "caption",
      }),
  ], second ? { class: "both" } : {});
}

function body(slide, state) {
  if (slide.empty) return element("div", [element("p", slide.empty, { class: "empty" })], { class: "content" });
  if (slide.cards.length) {
    const cards = element("div", slide.cards.map((each) => card(each, state)), { class: `content cards ${slide.exhibit}` });
    // The longest value sets the size of all.
    cards.style.setProperty("--length", Math.max(5, ...slide.cards.map((each) => breadth(each.value))));
    return cards;
  }
  const pictures = slide.figures.map((figure, at) =>
    element("div", [], {
      class: "picture",
      role: "img",
      "aria-label": at ? slide.title : [slide.title, slide.caption].filter(Boolean).join(" "),
    }),
  );
  return element("div", pictures, { class: `content pictures of-${pictures.length} ${slide.exhibit}` });
}

// How wide a text is, in digits: a Chinese character is as wide as nearly two.
const breadth = (text) => [...text].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 1.8 : 1), 0);

function card(each, state) {
  return element(
    "div",
    [
      element("p", each.label, { class: "card-label" }),
      element("p", [each.value ? element("strong", each.value) : element("span", state.unknown)], { class: "card-value" }),
      each.of && element("p", each.of, { class: "card-of" }),
      each.note && element("p", each.note, { class: "card-note" }),
    ],
    { class: "card" },
  );
}

function foot(slide, second, state) {
  const line = (parts) => element("span", parts.filter(Boolean).join("  |  "));
  const said = [
    element("p", [
      slide.synthetic && element("strong", slide.synthetic),
      line([slide.coverage, slide.filtered, slide.as_of]),
    ]),
    second &&
      element("p", [second.synthetic && element("strong", second.synthetic), line([second.filtered, second.as_of])], {
        lang: tongue(other(state.language)),
      }),
    element("p", [line([slide.sources, slide.edition])]),
  ];
  const side = element("p", [element("span", state.sign, { class: "sign" }), element("span", state.number, { class: "number" })], {
    class: "foot-side",
  });
  const notice = slide.notice && element("p", slide.notice, { class: "notice" });
  return element("footer", [notice, side, ...said]);
}

// A chart fills its box: enlarged as far as its own height allows, never less than its type needs.
async function chart(box, figure, config) {
  const width = box.clientWidth;
  const height = box.clientHeight;
  const natural = figure.layout.height;
  // Only on a canvas on end, which no projector has, a chart may be drawn smaller than its type needs.
  const least = box.closest(".on-end") ? Math.min(LEAST, width / LEAST_WIDTH) : LEAST;
  const most = Math.max(least, Math.min(MOST, width / LEAST_WIDTH));
  const scale = natural ? Math.min(Math.max(height / natural, least), most) : least;
  const drawn = natural ? Math.min(height / scale, natural * 1.35) : height / scale;
  const layout = { ...structuredClone(figure.layout), width: width / scale, height: drawn, autosize: false };
  const inner = element("div", [], { class: "chart" });
  inner.style.transform = `scale(${scale})`;
  inner.style.width = `${layout.width}px`;
  inner.style.height = `${drawn}px`;
  inner.style.top = `${(height - drawn * scale) / 2}px`;
  box.append(inner);
  await window.Plotly.newPlot(inner, structuredClone(figure.data), layout, config);
}
