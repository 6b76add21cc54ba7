/* Pictures in the editor: each file is sent by itself and shows how far it is, so that a line that breaks costs one
   file and not all. Owns no text: the page brings them in its data. */
(() => {
  "use strict";
  const part = document.querySelector("[data-uploads]");
  if (!part) return;
  const texts = part.dataset;
  const form = document.getElementById(texts.form);
  const chooser = part.querySelector("input[type=file]");
  const list = part.querySelector("[data-uploads-list]");
  const heaviest = 25 * 1024 * 1024;
  const waiting = [];
  let busy = false;
  let pressed = null;
  const said = part.querySelector("[data-uploads-said]");

  const field = (name) => form.querySelector(`[name=${name}]`);
  const token = () => field("csrfmiddlewaretoken").value;

  const line = (file) => {
    const item = document.createElement("li");
    item.className = "uploads__item";
    const name = document.createElement("bdi");
    name.className = "uploads__name";
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const state = document.createElement("span");
    state.className = "uploads__state";
    item.append(name, bar, state);
    list.append(item);
    list.hidden = false;
    return { item, bar, state };
  };

  const ended = (shown, text, outcome) => {
    shown.bar.remove();
    shown.state.textContent = text;
    shown.item.classList.add(`uploads__item--${outcome}`);
  };

  const choose = (files) => {
    for (const file of files) {
      const shown = line(file);
      const known = chooser.accept.split(",").includes(file.type);
      if (file.size > heaviest) ended(shown, texts.tooHeavy, "refused");
      else if (!known && !/\.hei[cf]$/i.test(file.name)) ended(shown, texts.noPicture, "refused");
      else {
        shown.state.textContent = texts.waiting;
        waiting.push({ file, shown });
      }
    }
    work();
  };

  // A new listing becomes a draft first, of what is right in the form, and the form goes on as the draft's.
  const begin = async () => {
    const data = new FormData(form);
    data.delete(chooser.name);
    const answer = await fetch(texts.begin, { method: "POST", body: new URLSearchParams(data), headers: { "X-CSRFToken": token() } });
    const made = await answer.json();
    if (!answer.ok) return made.text;
    texts.upload = made.upload;
    form.action = made.page;
    field("revision").value = made.revision;
    const ref = document.createElement("input");
    Object.assign(ref, { type: "hidden", name: "ref", value: made.ref });
    form.append(ref);
    history.replaceState(null, "", made.page);
    return "";
  };

  const send = ({ file, shown }) => new Promise((resolve) => {
    const data = new FormData();
    data.append("images", file);
    data.append("revision", field("revision").value);
    const request = new XMLHttpRequest();
    request.open("POST", texts.upload);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    shown.state.textContent = texts.sending;
    request.upload.onprogress = (event) => {
      shown.bar.value = (100 * event.loaded) / event.total;
      shown.state.textContent = `${texts.sending} ${Math.round(shown.bar.value)} %`;
    };
    request.upload.onload = () => {
      shown.bar.removeAttribute("value");
      shown.state.textContent = texts.judging;
    };
    request.onload = () => {
      const told = request.response && request.response.files && request.response.files[0];
      if (!told) broke(file, shown, texts.broken);
      else ended(shown, told.text || texts.kept, told.kept ? "kept" : "refused");
      if (told && request.response.revision) field("revision").value = request.response.revision;
      resolve();
    };
    request.onerror = request.ontimeout = () => {
      broke(file, shown, texts.broken);
      resolve();
    };
    request.send(data);
  });

  const broke = (file, shown, text) => {
    ended(shown, text, "refused");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button--small";
    again.textContent = texts.again;
    again.addEventListener("click", () => {
      shown.item.remove();
      choose([file]);
    });
    shown.item.append(again);
  };

  const work = async () => {
    if (busy || !waiting.length) return;
    busy = true;
    try {
      const problem = texts.upload ? "" : await begin();
      while (waiting.length) {
        const next = waiting.shift();
        if (problem) broke(next.file, next.shown, problem);
        else await send(next);
      }
      if (!problem) await refresh();
    } catch {
      for (const { file, shown } of waiting.splice(0)) broke(file, shown, texts.broken);
    } finally {
      busy = false;
    }
    if (waiting.length) work();
    else if (pressed) {
      const button = pressed;
      pressed = null;
      said.textContent = "";
      if (!list.querySelector("button")) form.requestSubmit(button); // else one is to be sent again first
    }
  };

  // Whoever saves while pictures are on their way waits for them: leaving the page would drop them.
  form.addEventListener("submit", (event) => {
    if (!busy || (event.submitter && event.submitter.formTarget === "_blank")) return;
    event.preventDefault();
    pressed = event.submitter;
    said.textContent = texts.first;
  });

  const refresh = async () => {
    await window.htmx.ajax("GET", texts.upload, { target: "#picture-list", swap: "outerHTML" });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  chooser.addEventListener("change", () => {
    const files = [...chooser.files];
    chooser.value = "";
    choose(files);
  });

  // Files may be dropped on the part.
  part.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  part.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    choose([...event.dataTransfer.files]);
  });
})();
