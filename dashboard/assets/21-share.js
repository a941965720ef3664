// Says beside the form whom a link would show, and who shows them already: asked for anew whenever the form changes.
(function () {
  const form = document.querySelector("form.draft");
  const remarks = document.getElementById("remarks");
  let last = 0;
  form.addEventListener("change", async function () {
    const turn = ++last;
    const filled = new FormData(form);
    filled.delete("password");
    try {
      const answer = await fetch(form.dataset.remarks, { method: "POST", body: new URLSearchParams(filled) });
      const said = await answer.text();
      if (answer.ok && turn === last) remarks.innerHTML = said;
    } catch {
      // The network came and went: the next change asks again.
    }
  });
})();
