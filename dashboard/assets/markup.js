// Draws what layouts/parts/markup.py says of itself: plain elements, in which only what has become another is changed.
(function () {
  const { createElement } = window.React;

  // As a link inside the page does it: the pages are told of the address, and nothing is loaded.
  function follow(event) {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({}, "", event.currentTarget.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function drawn(content, key) {
    if (Array.isArray(content)) return content.map(drawn);
    if (content === null || typeof content !== "object") return content;
    const { children, ...props } = content.props;
    if (content.type === "Link") return createElement("a", { ...props, key, onClick: follow }, drawn(children));
    return createElement(content.type.toLowerCase(), { ...props, key }, drawn(children));
  }

  window.score = {
    // The renderer hands over properties of its own too; those stay here.
    Markup: function ({ tag, content, ...given }) {
      const attributes = Object.entries(given).filter(([name]) => /^(id|className|role|aria-.*)$/.test(name));
      return createElement(tag, Object.fromEntries(attributes), drawn(content === undefined ? null : content));
    },
  };
})();
