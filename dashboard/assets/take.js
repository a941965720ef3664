// A chart as a picture to take away: what plotly draws, with its title above and what it rests on below, on white.
(function () {
  const MARGIN = 28;
  const INK = "#16232e";
  const MUTED = "#3f4f5c";
  const SIGN = "#b4501e";
  const FONT = getComputedStyle(document.documentElement).getPropertyValue("--bs-body-font-family") || "sans-serif";
  const SVG = "http://www.w3.org/2000/svg";
  const SHARP = 2;

  function text(element) {
    return element ? element.textContent.trim() : "";
  }

  // Words broken into lines of a width; Chinese, which has no blanks, may break behind any character.
  function lines(said, font, width) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const found = [];
    let line = "";
    for (const piece of said.match(/[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/g) || []) {
      if (line && pen.measureText((line + piece).trimEnd()).width > width) {
        found.push(line.trimEnd());
        line = "";
      }
      line += piece;
    }
    return line.trim() ? found.concat(line.trimEnd()) : found;
  }

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    return made;
  }

  // What stands around the chart: [what is said, size, weight, colour], paragraph by paragraph.
  function above(section) {
    return [
      [text(section.querySelector("h2")), 20, 650, INK],
      [text(section.querySelector(".exhibit-caption")), 14, 400, MUTED],
    ];
  }

  function below(section) {
    const basis = section.querySelector(".basis");
    const said = basis ? Array.from(basis.children) : [];
    const plain = said.filter((each) => each.tagName !== "STRONG").map(text);
    return [
      [text(section.querySelector(".notice-under")), 12, 400, MUTED],
      [said.filter((each) => each.tagName === "STRONG").map(text).join("  |  "), 14, 650, SIGN],
      [plain.join("  |  "), 13, 400, MUTED],
    ];
  }

  function write(onto, paragraphs, top, width) {
    let y = top;
    for (const [said, size, weight, colour] of paragraphs) {
      for (const line of lines(said, weight + " " + size + "px " + FONT, width)) {
        y += size * 1.4;
        const set = element("text", { x: MARGIN, y: y, fill: colour });
        set.setAttribute("style", "font: " + weight + " " + size + "px " + FONT.replace(/"/g, "'"));
        set.textContent = line;
        onto.append(set);
      }
    }
    return y;
  }

  function drawn(section, chart) {
    const size = { width: chart._fullLayout.width, height: chart._fullLayout.height };
    return window.Plotly.toImage(chart, { format: "svg", ...size }).then(function (address) {
      const source = decodeURIComponent(address.slice(address.indexOf(",") + 1));
      const inner = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
      const width = Math.ceil(size.width + 2 * MARGIN);
      const whole = element("svg", { xmlns: SVG, width: width, lang: document.documentElement.lang });
      const ground = element("rect", { width: "100%", height: "100%", fill: "#fff" });
      whole.append(ground);
      const top = write(whole, above(section), MARGIN - 8, size.width) + 12;
      inner.setAttribute("x", MARGIN);
      inner.setAttribute("y", top);
      whole.append(inner);
      const height = Math.ceil(write(whole, below(section), top + size.height + 4, size.width) + MARGIN);
      whole.setAttribute("height", height);
      whole.setAttribute("viewBox", "0 0 " + width + " " + height);
      return { text: new XMLSerializer().serializeToString(whole), width: width, height: height };
    });
  }

  function painted(picture) {
    return new Promise(function (done, failed) {
      const image = new Image();
      image.onerror = failed;
      image.onload = function () {
        const canvas = document.createElement("canvas");
        canvas.width = picture.width * SHARP;
        canvas.height = picture.height * SHARP;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => (blob ? done(blob) : failed()), "image/png");
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture.text);
    });
  }

  function hand(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest(".take-picture");
    const section = button && button.closest(".exhibit");
    const chart = section && section.querySelector(".exhibit-picture .js-plotly-plot");
    if (!chart || !window.Plotly) return;
    const format = button.dataset.format;
    const said = button.closest(".take-away").querySelector("[role=status]");
    said.textContent = "";
    drawn(section, chart)
      .then((picture) => (format === "svg" ? new Blob([picture.text], { type: "image/svg+xml" }) : painted(picture)))
      .then((blob) => hand(blob, button.dataset.name + "." + format))
      .catch(() => (said.textContent = said.dataset.failed));
  });
})();
