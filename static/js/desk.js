/* Keys at the moderators' desk. The pages work without; what each key does stands on the page, marked data-key.
   A key goes to a link, or moves the focus: nothing is decided by a single letter. */
(() => {
  "use strict";
  const off = "portolan-desk-keys-off";
  const help = document.querySelector("[data-keys]");
  const chosen = document.querySelector("[data-keys-on]");
  if (!help || !chosen) return;
  chosen.checked = localStorage.getItem(off) === null;
  chosen.addEventListener("change", () => {
    if (chosen.checked) localStorage.removeItem(off);
    else localStorage.setItem(off, "yes");
  });

  const typing = (at) => at && (at.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio|button|submit)$/.test(at.type)));

  // In a list the two keys walk along the rows, on a page of one listing they are links.
  const walk = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[to].focus();
    return true;
  };

  const go = (marked) => {
    if (marked.matches("a")) {
      marked.click();
      return;
    }
    const summary = marked.querySelector("summary");
    if (summary) summary.parentElement.open = true;
    const field = marked.querySelector(summary ? "details select, details input:not([type=hidden]), details textarea" : "button");
    (field || summary).focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (!chosen.checked || typing(document.activeElement) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      help.open = !help.open;
      help.querySelector("summary").focus();
    } else if (event.key === "j" || event.key === "k") {
      const link = document.querySelector(`[data-key="${event.key}"]`);
      if (link) go(link);
      else if (!walk(event.key === "j" ? 1 : -1)) return;
    } else if (/^[aru]$/.test(event.key)) {
      const marked = document.querySelector(`[data-key="${event.key}"]`);
      if (!marked) return;
      go(marked);
    } else return;
    event.preventDefault();
  });
})();
