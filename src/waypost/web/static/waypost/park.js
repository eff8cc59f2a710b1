// Park: one key shelves the form one stands in, and taking it up again leads back to the very field.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (element) => element && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !/^(checkbox|radio|button|submit)$/.test(element.type);
  const parkable = (form) => Boolean(form) && form.method === "post" && form.closest("main") && form.id !== "batch" && !form.hasAttribute("data-no-park") && $$("textarea, select, input:not([type=hidden])", form).length > 0;
  const shelf = () => $("#park");
  let last = null; // the field one stood in last

  const here = () => {
    const asked = new URLSearchParams(location.search);
    ["parked", "grown"].forEach((name) => asked.delete(name));
    return location.pathname + (asked.size ? `?${asked}` : "");
  };
  const same = (form, name) => $$(`[name="${CSS.escape(name)}"]`, form).concat($$(`[form="${CSS.escape(form.id || "-")}"][name="${CSS.escape(name)}"]`));
  const now = () => (last?.isConnected && parkable(last.form) ? last.form : $$("main form").find((form) => parkable(form) && form.dataset.touched));

  const park = (onward = "") => {
    const form = now(), to = shelf();
    if (!form || !to) return false;
    if (onward) to.elements.to.value = onward;
    const secret = new Set($$("input[type=password]", form).map((one) => one.name));
    const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "parked" && !secret.has(name));
    to.elements.typed.value = JSON.stringify(typed);
    to.elements.at.value = form.dataset.parkAt || here();
    to.elements.title.value = form.dataset.parkTitle || $("main h1")?.textContent.trim() || document.title;
    to.elements.focus.value = last && last.form === form && last.name ? `${last.name}|${same(form, last.name).indexOf(last)}` : "";
    to.elements.patient.value = $("[data-band] .name a")?.getAttribute("href").split("/").pop() || "";
    to.elements.again.value = $("input[name=parked]", form)?.value || "";
    to.submit();
    return true;
  };
  const show = () => { const to = shelf(); if (to && to.hidden && now()) to.hidden = false; };

  document.addEventListener("focusin", (event) => { if (parkable(event.target.form)) { last = event.target; show(); } });
  document.addEventListener("input", (event) => { if (parkable(event.target.form)) { event.target.form.dataset.touched = "1"; show(); } });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-park]")) { event.preventDefault(); park(); }
    const onward = event.target.closest("a[data-park-to]"); // an act that leaves the form open behind it
    if (onward && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      last = onward.closest("form")?.querySelector("textarea") || last;
      if (park(onward.getAttribute("href"))) event.preventDefault();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || $("dialog[open]")) return;
    const chord = event.altKey && event.code === "KeyP";
    if (chord || event.key === "p" && !event.altKey && !typing(event.target)) { if (park()) event.preventDefault(); }
  });

  const mark = (form, id) => {
    if ($("input[name=parked]", form)) return;
    const kept = document.createElement("input");
    Object.assign(kept, { type: "hidden", name: "parked", value: id });
    form.append(kept);
    form.dataset.touched = "1";
  };
  const fits = (form, typed) => typed.reduce((sum, [name, value]) => {
    const found = same(form, name);
    return sum + (found.length ? 1 : 0) + (found.some((one) => one.type === "hidden" && one.value === value) ? 1 : 0);
  }, 0);
  const fill = (form, typed) => {
    const values = new Map();
    typed.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    const used = new Map();
    [...form.elements].forEach((one) => {
      if (!one.name || one.name === "csrfmiddlewaretoken" || /^(button|submit|file|password)$/.test(one.type)) return;
      const mine = values.get(one.name) || [];
      if (/^(checkbox|radio)$/.test(one.type)) { one.checked = mine.includes(one.value); return; }
      if (one.multiple) { [...one.options].forEach((option) => { option.selected = mine.includes(option.value); }); return; }
      const at = used.get(one.name) || 0;
      used.set(one.name, at + 1);
      if (at < mine.length) one.value = mine[at];
    });
    $$("[data-echo-for]", form).forEach((place) => document.getElementById(place.dataset.echoFor)?.dispatchEvent(new Event("input")));
  };
  const grow = (form, typed, id) => {
    const again = document.createElement("form");
    again.method = "post";
    again.action = `${here()}${here().includes("?") ? "&" : "?"}parked=${id}&grown=1`;
    const token = $("[name=csrfmiddlewaretoken]")?.value || "";
    [["csrfmiddlewaretoken", token], ...typed, form.dataset.regrow.split("=")].forEach(([name, value]) => {
      const one = document.createElement("input");
      Object.assign(one, { type: "hidden", name, value });
      again.append(one);
    });
    document.body.append(again);
    again.submit();
  };
  const takeUp = async (id) => {
    const answer = await fetch(`/parked/${encodeURIComponent(id)}/typed`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { typed, focus } = await answer.json();
    const form = $$("main form").filter(parkable).map((one) => [fits(one, typed), one]).sort((a, b) => b[0] - a[0])[0]?.[1];
    if (!form) return;
    if (form.dataset.regrow && !new URLSearchParams(location.search).has("grown") && typed.some(([name]) => !same(form, name).length)) { grow(form, typed, id); return; }
    fill(form, typed);
    mark(form, id);
    const [name, place] = focus.split("|");
    const field = (name && same(form, name)[Math.max(0, Number(place))]) || $("textarea, select, input:not([type=hidden])", form);
    for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    field.focus();
    field.scrollIntoView({ block: "center" });
    last = field;
    show();
    const said = $("#announce");
    if (said) said.textContent = "Taken up again, with all you typed.";
  };
  document.addEventListener("DOMContentLoaded", () => {
    const id = new URLSearchParams(location.search).get("parked");
    if (id) { takeUp(id); return; }
    const sent = document.body.dataset.parked;
    const form = sent && ($(".errors")?.closest("form") || $$("main form").find(parkable));
    if (form) mark(form, sent);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const id = event.detail.requestConfig?.parameters?.parked;
    const form = id && $$("form", event.detail.target.isConnected ? event.detail.target : document).find(parkable);
    if (form) mark(form, id);
  });
})();
