// Files go up one after the other, each with its progress; without this script the form sends them all at once.
(() => {
  "use strict";
  const form = document.querySelector("form[data-papers]");
  if (!form) return;
  const list = form.querySelector(".papers");
  const send = (file, number, show) => new Promise((resolve) => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("wish", `${form.querySelector("[name=wish]").value}.${number}`);
    body.append("files", file);
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.setRequestHeader("Accept", "application/json");
    call.upload.addEventListener("progress", (event) => { if (event.lengthComputable) show(event.loaded / event.total); });
    call.addEventListener("loadend", () => {
      try { resolve(JSON.parse(call.responseText)); } catch { resolve({ taken: [], refused: [call.status === 413 ? "The file is larger than 11 MB." : "It did not arrive. Try it again."] }); }
    });
    call.send(body);
  });
  const join = (ids) => {
    const whole = document.createElement("form");
    whole.method = "post";
    whole.action = form.dataset.join;
    for (const [name, value] of [["csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value], ...ids.map((id) => ["document", id])]) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      whole.append(input);
    }
    document.body.append(whole);
    whole.submit();
  };
  form.addEventListener("submit", async (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    if (!files.length) return;
    event.preventDefault();
    const button = form.querySelector("button.primary");
    button.disabled = true;
    list.hidden = false;
    list.replaceChildren();
    let next = "", refused = 0;
    const taken = [];
    for (const [number, file] of files.entries()) {
      const row = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress"), said = document.createElement("span");
      name.textContent = file.name;
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", `Sending ${file.name}`);
      row.append(name, bar, said);
      list.append(row);
      const answer = await send(file, number, (part) => { bar.value = part; });
      bar.remove();
      if (answer.taken.length) { taken.push(...answer.taken); said.textContent = "Added"; next ||= answer.next; } else { refused += 1; said.className = "late"; said.textContent = `Not taken in. ${answer.refused.join(" ")}`; }
    }
    const together = form.querySelector("[name=together]").checked && taken.length > 1 && !refused;
    if (together) { join(taken); return; }
    form.reset();
    button.disabled = false;
    if (next && !refused) { location.assign(next); return; }
    if (next) { const go = document.createElement("a"); go.className = "button primary"; go.href = next; go.textContent = "Go on to those added"; const row = document.createElement("li"); row.append(go); list.append(row); go.focus(); }
  });
})();
