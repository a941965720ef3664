// What no callback can do: name the document, open the filters on a phone, leave a page whose session has ended.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.shell = {
  describe: function (said) {
    if (said && said.props) {
      document.title = said.props.children;
      document.documentElement.lang = said.props.lang;
    }
    return window.dash_clientside.no_update;
  },
};

document.addEventListener("click", function (event) {
  const button = event.target.closest("#filters-toggle");
  if (button) {
    const open = document.body.classList.toggle("filters-open");
    button.setAttribute("aria-expanded", String(open));
  }
});

// After a 401 the renderer would leave the old charts standing: reload, so that the gate can say what happened.
(function () {
  const ask = window.fetch;
  window.fetch = function () {
    return ask.apply(this, arguments).then(function (answer) {
      if (answer.status === 401) window.location.reload();
      return answer;
    });
  };
})();
