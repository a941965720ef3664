// One question of a kind at a time: while one is being answered only the newest behind it waits, and those between are
// never asked. A key held down in a filter is then followed as fast as the server answers, and never piles up there.
(function () {
  const NOTHING_NEW = 204; // how the renderer is told that an answer changes nothing
  const A_MOMENT = 400;
  const ask = window.fetch;
  const asked = new Map(); // what a question fills → the one that waits behind it, or null

  function kind(address, options) {
    const posted = String(address).includes("/_dash-update-component") && options && options.body;
    const found = typeof posted === "string" && posted.match(/"output":"([^"]*)"/);
    return found && found[1];
  }

  // Whatever takes longer than a moment shows that it is under way.
  let under = 0;
  let soon;
  function show() {
    document.documentElement.dataset.asking = "";
  }
  function hide() {
    window.clearTimeout(soon);
    delete document.documentElement.dataset.asking;
  }

  function send(what, question) {
    asked.set(what, null);
    if (!under++) soon = window.setTimeout(show, A_MOMENT);
    const answer = question();
    answer.then(next, next);
    function next() {
      const waiting = asked.get(what);
      if (waiting) waiting.settle(send(what, waiting.question));
      else asked.delete(what);
      if (!--under) hide();
    }
    return answer;
  }

  window.fetch = function (address, options) {
    const question = () => ask.call(window, address, options);
    const what = kind(address, options);
    if (!what) return question();
    if (!asked.has(what)) return send(what, question);
    const passed = asked.get(what);
    if (passed) passed.settle(new Response(null, { status: NOTHING_NEW }));
    return new Promise((settle) => asked.set(what, { question, settle }));
  };
})();
