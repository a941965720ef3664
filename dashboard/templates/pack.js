// Draws the slides of a pack as pages (with what slide.js has, which stands before this), or one figure as a picture.

const pack = JSON.parse(document.getElementById("pack").textContent);

function grounded(figure) {
  for (const trace of figure.data) if (trace.geojson) trace.geojson = pack.shapes[trace.geojson];
  return figure;
}

for (const [at, pair] of pack.slides.entries()) {
  for (const slide of Object.values(pair)) slide.figures.forEach(grounded);
  const sheet = element("section", [], { class: "sheet" });
  document.body.append(sheet);
  const number = `${at + 1} / ${pack.slides.length}`;
  await draw(sheet, pair, { language: pack.language, both: pack.both, sign: "", unknown: pack.unknown, number }, pack.config);
}
if (pack.picture) {
  const box = element("div", [], { class: "picture" });
  [box.style.width, box.style.height] = pack.size.map((pixels) => `${pixels}px`);
  document.body.append(box);
  await chart(box, grounded(pack.picture), pack.config);
}

// A pattern would be printed as a picture as large as its chart: here its tiles are laid one by one.
for (const [at, path] of [...document.querySelectorAll("path.pattern_filled")].entries()) {
  const pattern = document.getElementById(path.style.fill.match(/#([^"')]+)/)[1]);
  const [ground, lines] = [pattern.querySelector("rect"), pattern.querySelector("path, circle")];
  const [width, height] = [pattern.width.baseVal.value, pattern.height.baseVal.value];
  const [clip, tiles] = ["clipPath", "g"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  const box = path.getBBox();
  for (let x = 0; x < box.width; x += width)
    for (let y = 0; y < box.height; y += height) {
      const tile = lines.cloneNode();
      tile.setAttribute("transform", `translate(${box.x + x} ${box.y + y})`);
      tiles.append(tile);
    }
  clip.id = `tiled-${at}`;
  clip.append(path.cloneNode());
  tiles.setAttribute("clip-path", `url(#${clip.id})`);
  path.style.fill = ground.getAttribute("fill");
  path.after(clip, tiles);
}

// So would a shadow: an outline says the same.
for (const text of document.querySelectorAll("text")) {
  const [colour] = getComputedStyle(text).textShadow.match(/^rgba?\([^)]*\)/) || [];
  if (colour) Object.assign(text.style, { textShadow: "none", stroke: colour, strokeWidth: "3px", strokeLinejoin: "round", paintOrder: "stroke" });
}

await document.fonts.ready;
console.log(pack.drawn);
