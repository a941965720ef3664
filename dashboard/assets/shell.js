// What no callback can do: name the document, open the filters on a phone, leave a page whose session has ended.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.shell = {
  describe: function (said) {
    if (!said) return;
    document.title = said.title;
    document.documentElement.lang = said.lang;
    document.body.toggleAttribute("data-single", said.single);
  },
  // As much of the address as says the language: who waits for that alone is not asked with every choice in a filter.
  speak: function (search, before) {
    const asked = new URLSearchParams(search || "").getAll("lang").map((language) => ["lang", language]);
    const said = "?" + new URLSearchParams(asked).toString();
    return said === before ? window.dash_clientside.no_update : said;
  },
  // Put an address right in place: a step in the history would make Back lead to the crooked one for ever.
  settle: function (search) {
    if (typeof search === "string" && search !== window.location.search) {
      window.history.replaceState(window.history.state, "", window.location.pathname + search + window.location.hash);
    }
  },
  // The code of the place clicked on the map. It goes by way of the shell, so that the filters do not hang on a page.
  placeOf: function (click) {
    const point = click && click.points && click.points[0];
    return point && point.customdata ? String(point.customdata) : window.dash_clientside.no_update;
  },
};

document.addEventListener("click", function (event) {
  const button = event.target.closest("#filters-toggle");
  if (button) {
    const open = document.body.classList.toggle("filters-open");
    button.setAttribute("aria-expanded", String(open));
  }
});

// After a 401 the renderer would leave the old charts standing: reload, so that the gate can say what happened. What
// comes with a 429 is a notice over the page, as callbacks put one there: the renderer reads it where it is no failure.
(function () {
  const ask = window.fetch;
  window.fetch = function () {
    return ask.apply(this, arguments).then(function (answer) {
      if (answer.status === 401) window.location.reload();
      const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return answer.status === 429 && json ? new Response(answer.body, { headers: answer.headers }) : answer;
    });
  };
})();

// An open page asks now and then whether it still may stand: a link that was ended takes its page away by itself.
(function () {
  function ask() {
    if (document.visibilityState === "visible") {
      fetch("/alive", { cache: "no-store" }).catch(function () {
        // The network came and went: that says nothing about the link.
      });
    }
  }
  window.setInterval(ask, 10000);
  document.addEventListener("visibilitychange", ask);
})();

// Menus close by Escape, by a click anywhere else, and once a page was chosen from one.
(function () {
  function close(except) {
    document.querySelectorAll("details.tools[open]").forEach(function (tools) {
      if (!tools.contains(except) || except.closest("a")) tools.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    close(event.target);
  });
  document.addEventListener("keydown", function (event) {
    const tools = event.key === "Escape" && document.querySelector("details.tools[open]");
    if (!tools) return;
    close(null);
    tools.querySelector("summary").focus();
  });
})();

// Tables are fetched when they are opened, and again when the selection they speak for changes while they are open.
(function () {
  function fill() {
    document.querySelectorAll("details[data-src][open]").forEach(function (details) {
      const source = details.dataset.src;
      const body = details.querySelector(".table-body");
      if (!body || !source || body.dataset.from === source) return;
      body.dataset.from = source;
      fetch(source, { headers: { Accept: "text/html;fragment" } })
        .then(function (answer) {
          return answer.text().then(function (text) {
            if (body.dataset.from !== source) return;
            body.innerHTML = answer.ok ? text : "";
            if (!answer.ok) body.textContent = answer.status + " – " + answer.statusText;
          });
        })
        .catch(function () {
          delete body.dataset.from; // the network came and went: opening it again tries again
        });
    });
  }
  document.addEventListener("toggle", fill, true);
  new MutationObserver(fill).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-src"],
  });
})();

// Dash's dropdown takes the keyboard by an input that it hides from screen readers, and sends it on to a button that
// cannot be tabbed to: tell both apart, so that everybody meets the button.
(function () {
  function setTab(element, index) {
    if (element && element.tabIndex !== index) element.tabIndex = index;
  }
  function tidy() {
    document.querySelectorAll(".dash-dropdown-focus-target").forEach(function (target) {
      const button = target.nextElementSibling;
      setTab(target, -1);
      setTab(button, 0);
      // Dash names the button by its value alone: five filters would all be called "All".
      const label = button && document.querySelector('label[for="' + button.id + '"]');
      const names = button && (button.getAttribute("aria-labelledby") || "");
      if (label && label.id && names.indexOf(label.id) < 0) {
        button.setAttribute("aria-labelledby", label.id + " " + names);
      }
    });
  }
  new MutationObserver(tidy).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["tabindex", "aria-labelledby"],
  });
})();

// The slider over two pictures says how much of the width shows the picture before, to the eye and in words.
(function () {
  function say(event) {
    const slide = event.target.closest && event.target.closest(".compare input.slide");
    if (!slide) return;
    const compare = slide.closest(".compare");
    compare.style.setProperty("--split", slide.value / 100);
    slide.setAttribute("aria-valuetext", compare.dataset.said.replace("{n}", slide.value));
  }
  document.addEventListener("input", say);
  document.addEventListener("focusin", say);
})();
