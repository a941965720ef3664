// Nothing is seen before all of its page has come: what is filled later would push it about under the reader's eyes.
// (A style sheet could say it by :has(), at three times the work of styling with every choice.)
(function () {
  const UNFILLED = ".exhibit-title:empty, .page-heading:empty, #completeness-forms:empty";
  const LONGEST = 10000; // milliseconds; then what there is is seen: the rest may never come

  // Marks an element as coming as long as something in it is `unfilled`.
  function until(element, unfilled) {
    if (!unfilled()) return;
    element.dataset.coming = "";
    function come() {
      watch.disconnect();
      delete element.dataset.coming;
    }
    const watch = new MutationObserver(() => unfilled() || come());
    watch.observe(element, { subtree: true, childList: true });
    window.setTimeout(come, LONGEST);
  }

  until(document.documentElement, function () {
    const page = document.getElementById("page");
    if (page && !page.dataset.watched) {
      page.dataset.watched = "";
      new MutationObserver(() => until(page, () => page.querySelector(UNFILLED))).observe(page, { childList: true });
    }
    return !document.querySelector("#shell-brand > *, #shell-problem > *");
  });
})();
