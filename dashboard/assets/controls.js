// The filters' controls write the address; page and controls are then answered for what stands there, at once.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.controls = {
  write: function () {
    const { inputs_list: controls, triggered } = window.dash_clientside.callback_context;
    const moved = triggered.map((each) => each.prop_id.split(".")[0]);
    // The server has set the controls to what it understood: nobody has chosen anything.
    if (moved.includes("filters-canonical")) return;
    const wanted = new URLSearchParams(window.location.search);
    for (const { id, value } of controls.filter((each) => moved.includes(each.id))) {
      const name = id === "filters-place-chosen" ? "place" : id.replace("filters-", "").replace("-", "_");
      // Some readers may choose one value of a filter: the one chosen last.
      const chosen = [].concat(value || []);
      const codes = document.body.hasAttribute("data-single") ? chosen.slice(-1) : chosen.sort();
      if (codes.length) wanted.set(name, codes.join(","));
      else wanted.delete(name);
    }
    wanted.sort();
    const search = wanted.toString().replace(/%2C/g, ",");
    const address = window.location.pathname + (search && "?" + search);
    if (address === window.location.pathname + window.location.search) return;
    // As a link inside the page does it.
    window.history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  },
};
