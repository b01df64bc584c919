// Papers are uploaded in pieces, one at a time or many, and go on where a cut connection left them. Without this script
// each paper has a page with a plain form. A page out of reach of crypto.subtle (no https) keeps to that, too.
"use strict";

const words = first("#uploads");
if (words && window.isSecureContext) setUp(words);

function setUp(words) {
  const say = words.dataset;
  const token = first("[name=csrfmiddlewaretoken]", words).value;
  const announcer = document.getElementById("announcer");
  const under = new Map(); // row of a paper → what is on its way to it
  let queue = Promise.resolve(); // one file at a time: each has the whole line

  // Asking the server: its data, or an error that says what to do. Any other error is one of the line: try again from where it stopped.
  class Refusal extends Error {} // the words of the server
  class Ended extends Refusal {} // the upload is not there any more

  async function ask(url, options, signal) {
    const answer = await fetch(url, { redirect: "manual", signal, ...options, headers: { "X-CSRFToken": token } });
    if (answer.ok) return answer.json();
    if (answer.status === 409) throw new Refusal((await answer.json()).reasons.join(" "));
    if (answer.status >= 500) throw new Error();
    throw new (answer.status === 404 ? Ended : Refusal)(say.gone);
  }

  async function hashOf(file) {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // One file on its way; tells how far it is, and can be stopped for good.
  class Upload {
    constructor(url, file) {
      Object.assign(this, { url, file, stop: new AbortController(), piece: Number(say.piece) });
    }

    async run(progress) {
      this.sha256 ||= await hashOf(this.file);
      const { name, size } = this.file;
      const body = new URLSearchParams({ name, size, sha256: this.sha256 });
      let due = await ask(this.url, { method: "POST", body }, this.stop.signal);
      this.place = due.url;
      while (!due.done) {
        progress(due.received / size);
        const piece = this.file.slice(due.received, due.received + this.piece);
        due = await this.patiently(() =>
          ask(`${this.place}?offset=${due.received}`, { method: "POST", body: piece }, this.stop.signal));
      }
      progress(1);
      return due.said;
    }

    // A line that is cut for a moment is nothing to tell of.
    async patiently(act) {
      for (const pause of [500, 1500, 4000]) {
        try { return await act(); } catch (error) { if (error instanceof Refusal || this.stop.signal.aborted) throw error; }
        await new Promise((go) => setTimeout(go, pause));
      }
      return act();
    }

    cancel() {
      this.stop.abort();
      if (this.place) fetch(this.place, { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(() => {});
    }
  }

  function small(text, act, label = "") {
    const made = button(text, act, "button-small");
    if (label) made.append(make("span", { className: "visually-hidden" }, ` ${label}`));
    return made;
  }

  // Why a file is not even sent: by name and size, at once; the server looks into it.
  function unfit(file, { kinds, most }) {
    const ending = /\.([^.]+)$/.exec(file.name)?.[1].toLowerCase().replace("jpeg", "jpg");
    if (file.size > most) return say.large.replace("SIZE", most >> 20);
    if (file.size === 0) return say.empty;
    if (!ending || kinds.split(" ").includes(ending)) return "";
    return say.ending.replace("ENDING", ending).replace("KINDS", kinds.toUpperCase().replaceAll(" ", ", "));
  }

  // The line of a file under its paper: name, progress, and what can be done.
  function send(row, file) {
    under.get(row.id)?.cancel();
    first(".upload", row)?.remove();
    const stands = row.dataset.file, badge = first(".paper-side .badge", row);
    badge.hidden = false;
    const name = make("p", { className: "small" }, file.name);
    const line = make("div", { className: "upload" }, name);
    const percent = make("output", { className: "small" });
    const bar = make("progress", { max: 1, ariaLabel: file.name });
    const acts = make("div", { className: "actions" });
    const problem = make("p", { className: "error" }), still = make("p", { className: "small" });
    const upload = new Upload(row.dataset.upload, file);
    const forget = () => { upload.cancel(); under.delete(row.id); line.remove(); badge.hidden = false; announcer.textContent = say.left; };
    const show = (part) => { bar.value = part; percent.textContent = `${Math.floor(part * 100)}%`; };

    // Refused for good, or cut off; what was there before goes on standing.
    const fail = (text, again) => {
      bar.hidden = percent.hidden = true;
      problem.textContent = text;
      still.textContent = stands ? say.stands.replace("FILE", () => stands) : "";
      acts.replaceChildren(...(again
        ? [small(say.retry, start, file.name), small(say.cancel, forget, file.name)]
        : [small(say.another, () => first("[type=file]", row).click(), row.dataset.name), small(say.dismiss, forget, file.name)]));
      if (!again) {
        upload.place = null; // the server has let go of it
        under.delete(row.id);
        badge.hidden = Boolean(stands); // it would speak of the file that stands
        name.replaceChildren(make("span", { className: "badge badge-danger" }, say.refused), ` ${file.name}`);
      }
      line.append(problem, still, acts);
      announcer.textContent = `${row.dataset.name}: ${text} ${still.textContent}`;
    };

    function start() {
      queue = queue.then(go);
    }

    async function go() {
      if (upload.stop.signal.aborted) return;
      problem.remove();
      still.remove();
      bar.hidden = percent.hidden = false;
      bar.removeAttribute("value");
      acts.replaceChildren(small(say.cancel, forget, file.name));
      line.append(bar, percent, acts);
      announcer.textContent = `${say.sending}: ${file.name}`;
      try {
        const said = await upload.run(show).catch((error) => {
          if (error instanceof Ended) return upload.run(show); // its last answer may have been lost
          throw error;
        });
        under.delete(row.id);
        await upload.patiently(() => refresh(row.id));
        line.remove();
        if (said) first(`#${row.id} .paper`)?.append(make("p", { className: "small warning" }, said));
        announcer.textContent = `${say.done}: ${row.dataset.name} ${said ?? ""}`;
      } catch (error) {
        if (upload.stop.signal.aborted) return;
        const isFinal = error instanceof Refusal;
        fail(isFinal ? error.message : say.cut, !isFinal);
      }
    }

    row.append(line);
    under.set(row.id, upload);
    const reason = unfit(file, row.dataset);
    if (reason) return fail(reason);
    acts.append(small(say.cancel, forget, file.name));
    line.append(acts);
    start();
  }

  // What has changed on the page is taken from the server, which knows.
  async function refresh(id) {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return location.reload();
    const page = parsed(await answer.text());
    for (const part of [id, "room", "steps"]) {
      const fresh = page.getElementById(part);
      if (fresh) document.getElementById(part).replaceWith(fresh);
    }
    const row = document.getElementById(id);
    if (row) equip(row);
  }

  function picker(text, label, many, take) {
    const input = make("input", { type: "file", multiple: many, hidden: true });
    on(input, "change", () => { take([...input.files]); input.value = ""; });
    return [small(text, () => input.click(), label), input];
  }

  function droppable(place, className, take) {
    const inside = (event) => event.dataTransfer?.types.includes("Files");
    on(place, "dragover", (event) => {
      if (!inside(event)) return;
      event.preventDefault();
      place.classList.add(className);
    });
    on(place, "dragleave", () => place.classList.remove(className));
    on(place, "drop", (event) => {
      if (!inside(event)) return;
      event.preventDefault();
      event.stopPropagation();
      place.classList.remove(className);
      take([...event.dataTransfer.files]);
    });
  }

  function equip(row) {
    const take = (files) => (files.length === 1 ? send(row, files[0]) : gather(files));
    first(".paper-side", row).append(...picker(row.dataset.file ? say.replace : say.choose, row.dataset.name, false, take));
    droppable(row, "over-paper", take);
  }

  // Many files: the person says which paper each is; a name that tells it is believed at first.
  const asked = all("[data-upload]");
  const rows = () => all("[data-upload]").filter((row) => !row.hidden);
  const list = make("ul");
  const hint = make("span", { className: "small quiet" }, say.drop);
  const zone = make("div", { className: "drop" }, ...picker(say.many, "", true, gather), hint, list);
  let gathered = 0;
  if (asked.length > 1) words.append(zone);
  droppable(zone, "over", gather);

  function guess(file) {
    const bare = (text) => text.normalize("NFC").replace(/[\s_()[\]-]/g, "").toLowerCase();
    const name = bare(file.name);
    return rows().find((row) => name.includes(bare(row.dataset.name)) || name.startsWith(row.id.slice(6).toLowerCase()))?.id;
  }

  function gather(files) {
    words.append(zone);
    for (const file of files) {
      const problem = make("p", { className: "error", id: `problem_${++gathered}` });
      const options = rows().map((row) => new Option(row.dataset.name, row.id));
      const choice = make("select", { ariaLabel: `${say.which} ${file.name}` }, new Option(say.please, ""), ...options);
      choice.setAttribute("aria-describedby", problem.id);
      choice.value = guess(file) || "";
      on(choice, "change", () => settle());
      const cancel = small(say.cancel, () => { item.remove(); settle(); }, file.name);
      const item = make("li", { choice, problem, file }, make("span", {}, file.name), choice, cancel, problem);
      list.append(item);
    }
    settle();
  }

  // What cannot be sent says so beside its file: unfit, one of several for a paper, or when it is to go without one.
  function settle(going) {
    const items = [...list.children];
    for (const { choice, problem, file } of items) {
      const row = document.getElementById(choice.value);
      let text = unfit(file, row?.dataset || say);
      const claims = items.filter((other) => row && other.choice.value === row.id);
      if (!text && claims.length > 1) text = say.twice.replace("PAPER", row.dataset.name);
      if (!text && !row && (going || problem.textContent)) text = say.unchosen;
      problem.textContent = text;
      choice.ariaInvalid = Boolean(text);
    }
    if (items.length) zone.append(sending); else sending.remove();
    return items;
  }

  const sending = button(say.all, () => {
    for (const item of settle(true)) {
      if (item.problem.textContent) continue;
      send(document.getElementById(item.choice.value), item.file);
      item.remove();
    }
    settle()[0]?.choice.focus();
  }, "button-small button-primary");

  for (const row of asked) equip(row);
  on(window, "beforeunload", (event) => { if (under.size || list.children.length) event.preventDefault(); });
}
