/* Small comforts. Every page works without this file; it owns no rule and no text. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // "/" goes to the search field, unless someone is typing.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    if (at && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return;
    const search = [...document.querySelectorAll("input[type=search]")].find((field) => field.checkVisibility({ visibilityProperty: true }));
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // A menu closes when one clicks elsewhere or opens another.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Fields marked data-auto-submit send their form when changed (sort, language, filters).
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-auto-submit]");
    if (field && field.form) field.form.requestSubmit();
  });

  // data-narrow: of many boxes in parts that fold, those whose words hold what is typed; ticked ones stay in sight.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-narrow]")) return;
    const word = plain(target.value.trim());
    for (const part of target.closest("[data-narrowed]").querySelectorAll("details")) {
      const boxes = [...part.querySelectorAll("label")];
      for (const box of boxes) box.hidden = !plain(box.textContent).includes(word) && !box.control.checked;
      part.hidden = boxes.every((box) => box.hidden);
      part.open = !part.hidden && (word !== "" || boxes.some((box) => box.control.checked));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-narrow]")) event.preventDefault();
  });

  // data-tick-all ticks every box of the form it names.
  document.addEventListener("change", (event) => {
    const form = event.target.dataset.tickAll && document.getElementById(event.target.dataset.tickAll);
    if (form) [...form.elements].filter((box) => box.type === "checkbox").forEach((box) => { box.checked = event.target.checked; });
  });

  // A form is sent once; the button says it is busy. Coming back with the Back key frees it again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.hasAttribute("data-hx-post") || (event.submitter && event.submitter.formTarget === "_blank")) return;
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 10000); // an answer that was a download leaves the page as it is
  });
  const release = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // A request that a newer one overtook (data-hx-sync "replace") never answers: htmx 4 would report it as an error,
  // and, told that it ended, forget that the newer one is on its way. One that took too long still fails
  // (its clock began a moment before ours: hence the second).
  const unlessOvertaken = (answer, ctx, begun) => answer.catch((error) => {
    const limit = htmx.parseInterval(ctx.request.timeout ?? htmx.config.defaultTimeout) || Infinity;
    if (error.name === "AbortError" && performance.now() - begun < limit - 1000) return new Promise(() => {});
    throw error;
  });
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const { fetch } = ctx;
    ctx.fetch = async (...request) => {
      const begun = performance.now();
      const answer = await unlessOvertaken(fetch(...request), ctx, begun);
      const text = answer.text.bind(answer);
      answer.text = () => unlessOvertaken(text(), ctx, begun);
      return answer;
    };
  });

  // data-print prints; data-copy copies the text of the element it names.
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    const source = copy && document.getElementById(copy.dataset.copy);
    if (source && navigator.clipboard) {
      await navigator.clipboard.writeText(source.textContent.trim());
      copy.setAttribute("data-copied", "");
    }
  });

  // The time zone of whoever signs up is the browser's, if we know it and nothing else was chosen.
  const zone = document.querySelector("select[data-guess-zone]");
  if (zone && zone.value === "UTC") {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === own)) zone.value = own;
  }

  // A passkey the device refused: say so where the person looks.
  document.addEventListener("allauth.error", () => {
    const notice = document.querySelector("[data-passkey-error]");
    const form = document.querySelector("main form");
    if (!notice) return;
    if (form) form.before(notice);
    notice.hidden = false;
  });

  // What was wrong comes into view and under the cursor.
  const summary = document.querySelector(".form-errors");
  if (summary) summary.focus();
})();
