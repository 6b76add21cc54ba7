/* Pictures in the editor are dragged to their place, by mouse, pen or finger; the buttons beside each do the same.
   Owns no text and no rule: the place where a picture is let go is sent as the buttons' places are. */
(() => {
  "use strict";
  const part = document.querySelector("[data-uploads]");
  if (!part) return;
  const form = document.getElementById(part.dataset.form);
  const began = 5; // pixels: less is a click
  const edge = 72; // pixels from the window's edge within which it scrolls along
  const marks = ["picture-list__item--held", "picture-list__item--before", "picture-list__item--after"];
  let held = null;

  const rows = () => [...part.querySelectorAll("[data-move]")];

  // A finger takes a picture by its grip, since everywhere else it scrolls the page; a mouse by the picture too.
  part.addEventListener("pointerdown", (event) => {
    const by = event.pointerType === "touch" ? "[data-grip]" : ".picture-list__side";
    if (held || event.button || !event.isPrimary || !event.target.closest(by)) return;
    held = { row: event.target.closest("[data-move]"), pointer: event.pointerId, from: event.clientY, at: event.clientY, moves: false, over: null };
    part.setPointerCapture(event.pointerId);
    event.preventDefault();
  });

  part.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    held.at = event.clientY;
    if (!held.moves && Math.abs(held.at - held.from) >= began) {
      held.moves = true;
      requestAnimationFrame(scroll);
    }
    if (held.moves) mark();
  });

  // The row under the pointer; above the first one the first, below the last one the last.
  const mark = () => {
    const all = rows();
    const over = all.find((row) => held.at < row.getBoundingClientRect().bottom) || all[all.length - 1];
    clear();
    held.row.classList.add(marks[0]);
    held.over = over === held.row ? null : over;
    if (held.over) held.over.classList.add(all.indexOf(over) < all.indexOf(held.row) ? marks[1] : marks[2]);
  };

  const scroll = () => {
    if (!held) return;
    const room = window.innerHeight;
    if (held.at < edge) window.scrollBy(0, (held.at - edge) / 6);
    else if (held.at > room - edge) window.scrollBy(0, (held.at - room + edge) / 6);
    mark();
    requestAnimationFrame(scroll);
  };

  const clear = () => rows().forEach((row) => row.classList.remove(...marks));

  const letGo = () => {
    const was = held;
    held = null;
    if (was && part.hasPointerCapture(was.pointer)) part.releasePointerCapture(was.pointer);
    clear();
    return was;
  };

  part.addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { row, over } = letGo();
    if (!over) return;
    const value = (name) => form.querySelector(`[name=${name}]`).value;
    const values = { step: "place", position: over.dataset.position, revision: value("revision"), csrfmiddlewaretoken: value("csrfmiddlewaretoken") };
    window.htmx.ajax("POST", row.dataset.move, { target: "#picture-list", swap: "outerHTML", values });
  });
  part.addEventListener("pointercancel", letGo);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held) letGo();
  });

  // Whoever moves a picture by keys stays at it: at the end its button is gone, and the one of the other way takes the focus.
  let pressed = "";
  part.addEventListener("click", (event) => {
    const button = event.target.closest("button[id]");
    pressed = button ? button.id : "";
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!pressed || document.getElementById(pressed)) return;
    const other = document.getElementById(pressed.replace(/^(first|up|down)-/, pressed.startsWith("down") ? "up-" : "down-"));
    if (other && !part.contains(document.activeElement)) other.focus();
  });
})();
