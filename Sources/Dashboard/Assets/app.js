// What the pages do beyond showing. Without it they can be read, and nothing can be changed.

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// MARK: Asking the server

// Answers with the body; throws what the server says is wrong.
async function send(method, path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": document.body.dataset.csrf || "" };
  const answer = await fetch(path, {
    method,
    headers,
    credentials: "same-origin",
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
  });
  const value = await answer.json().catch(() => ({}));
  if (answer.ok && value.success !== false) return value;
  const failure = new Error(words(value, answer.status));
  failure.code = value.code;
  throw failure;
}

function words(value, status) {
  const details = Array.isArray(value.details) ? value.details : [];
  const fields = details
    .filter((detail) => detail && (detail.field || detail.message))
    .map((detail) => [detail.field, detail.message, accepted(detail)].filter(Boolean).join(": "));
  return [value.error || `The server answered ${status}.`, ...fields].join(" · ");
}

function accepted(detail) {
  if (!detail.accepted) return "";
  return "accepted: " + [].concat(detail.accepted).join(", ");
}

function tell(message) {
  const toast = $("#toast");
  if (!toast) return;
  toast.textContent = message;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => (toast.textContent = ""), 6000);
}

// MARK: Forms and buttons that change something

function valueOf(input) {
  switch (input.dataset.kind) {
    case "boolean": return input.checked;
    case "number": return Number(input.value);
    case "day-start": return input.value + "T00:00:00Z";
    case "day-end": {
      // The day that is chosen belongs to the period, so that it ends where the next one begins.
      const next = new Date(input.value + "T00:00:00Z");
      next.setUTCDate(next.getUTCDate() + 1);
      return next.toISOString().slice(0, 10) + "T00:00:00Z";
    }
    default: return input.value.trim();
  }
}

function bodyOf(form) {
  const body = {};
  for (const input of form.elements) {
    if (!input.name || input.closest("[hidden]")) continue;
    const value = valueOf(input);
    if (value !== "" && value !== false) body[input.name] = value;
    else if (value === false && input.name === "enabled") body[input.name] = value;
  }
  return body;
}

function proceed(then, answer) {
  if (!then) return location.reload();
  const data = answer.data || {};
  location.assign(then.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(data[name])));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.send) return;
  event.preventDefault();
  const [method, path] = form.dataset.send.split(" ");
  const problem = $(".problem", form);
  const button = $("[type=submit]", form);
  problem.textContent = "";
  button.disabled = true;
  try {
    proceed(form.dataset.then, await send(method, path, bodyOf(form)));
  } catch (failure) {
    for (const field of all("[data-if]", form)) {
      if (field.dataset.if === failure.code) field.hidden = false;
    }
    problem.textContent = failure.message;
    button.disabled = false;
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.open) open(button);
  if ("close" in button.dataset) button.closest("dialog").close();
  if (button.dataset.send) {
    const [method, path] = button.dataset.send.split(" ");
    button.disabled = true;
    try {
      const body = button.dataset.body ? JSON.parse(button.dataset.body) : undefined;
      proceed(button.dataset.then, await send(method, path, body));
    } catch (failure) {
      tell(failure.message);
      button.disabled = false;
    }
  }
});

// A dialog is about what its button says.
function open(button) {
  const dialog = document.getElementById(button.dataset.open);
  for (const { name, value } of button.attributes) {
    if (!name.startsWith("data-set-")) continue;
    const input = $(`[name="${name.slice(9)}"]`, dialog);
    if (input) input.value = value;
  }
  $(".problem", dialog).textContent = "";
  for (const field of all("[data-if]", dialog)) field.hidden = true;
  show(dialog);
  dialog.showModal();
}

function show(dialog) {
  for (const place of all("[data-show]", dialog)) {
    const input = $(`[name="${place.dataset.show}"]`, dialog);
    place.textContent = (input && input.value.trim()) || place.dataset.else || "";
  }
  // Fields that belong to some choices only. What is not shown is not asked for.
  for (const field of all("[data-when]", dialog)) {
    const [name, ...values] = field.dataset.when.split(" ");
    field.hidden = !values.includes($(`[name="${name}"]`, dialog).value);
    for (const input of all("input, select", field)) input.disabled = field.hidden;
  }
}

document.addEventListener("input", (event) => {
  const dialog = event.target.closest("dialog");
  if (dialog) show(dialog);
});

document.addEventListener("change", (event) => {
  const least = event.target.dataset.least;
  if (least) document.getElementById(least).dataset.least = event.target.value;
});

// MARK: Live

// The server draws every page. When an event arrives, what is marked as live is fetched and put
// in place, if it has changed.
const live = { busy: false, again: false, last: 0, most: 4, shown: new WeakMap() };

async function refresh() {
  if (live.busy) return (live.again = true);
  live.busy = true;
  const pause = live.last + 1000 / live.most - performance.now();
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  live.last = performance.now();
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected && new URL(answer.url).pathname === "/signin") return location.reload();
    // Who asks too often hears so, and still gets the last state.
    if (answer.status === 429 || answer.status === 503) setTimeout(refresh, 2000);
    if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The stream says when the server is back.
  } finally {
    live.busy = false;
    if (live.again) {
      live.again = false;
      refresh();
    }
  }
}

function replace(page) {
  for (const part of all("[data-live]")) {
    const next = part.id && page.getElementById(part.id);
    // What the script itself has changed since is no difference.
    const text = next && next.innerHTML;
    if (!next || text === (live.shown.get(part) ?? part.innerHTML)) continue;
    const opened = new Set(all("details[open]", part).map((item) => item.id));
    const closed = new Set(all("details:not([open])", part).map((item) => item.id));
    const focused = part.contains(document.activeElement) ? pathTo(document.activeElement) : null;
    const box = part.closest(".log");
    const atEnd = box && box.scrollTop + box.clientHeight >= box.scrollHeight - 40;
    part.replaceChildren(...next.childNodes);
    live.shown.set(part, text);
    for (const item of all("details", part)) {
      if (opened.has(item.id)) item.open = true;
      else if (closed.has(item.id)) item.open = false;
    }
    if (focused) $(focused, part)?.focus({ preventScroll: true });
    if (atEnd) box.scrollTop = box.scrollHeight;
  }
  const position = $(".foot span:nth-child(3)", page);
  if (position) $(".foot span:nth-child(3)").textContent = position.textContent;
  tick();
}

function pathTo(element) {
  if (element.tagName === "SUMMARY" && element.parentElement.id) {
    return `#${CSS.escape(element.parentElement.id)} > summary`;
  }
  for (const name of ["href", "data-send", "data-open"]) {
    const value = element.getAttribute(name);
    if (value) return `[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

function follow() {
  const state = $("#stream");
  if (!state || !$("[data-live]")) return;
  const test = $("main").dataset.test;
  const path = test ? `/api/testing/tests/${test}/events` : "/api/testing/events";
  const source = new EventSource(path);
  source.onopen = () => {
    say(state, "open", "Live");
    refresh();
  };
  source.onerror = () => {
    say(state, "lost", "Not live: connecting again");
    // Browsers try again by themselves, except after a refusal: of a session that is over, or of
    // a proxy whose server is gone.
    if (source.readyState !== EventSource.CLOSED) return;
    refresh();
    setTimeout(follow, 5000);
  };
  for (const name of document.body.dataset.events.split(" ")) {
    source.addEventListener(name, refresh);
  }
  source.onmessage = refresh;
  addEventListener("pagehide", () => source.close(), { once: true });
}

function say(element, state, text) {
  element.dataset.state = state;
  if (element.textContent !== text) element.textContent = text;
}

// Times that run on: how long something has been going.
function tick() {
  for (const time of all("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Number(time.dataset.since)) / 1000));
    const minutes = Math.floor(seconds / 60);
    time.textContent = minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
  }
}

// MARK: The tables as they were

function past() {
  const form = $("#past");
  if (!form) return;
  const { at, position } = form.elements;
  let timer;
  let under;
  const load = async () => {
    // Only the last place that was chosen matters.
    under?.abort();
    const mine = (under = new AbortController());
    const view = form.elements.view.value;
    const place = at.value;
    const started = performance.now();
    try {
      const path = `/api/testing/audit/views/${view}?at=${place}`;
      const answer = await fetch(path, { signal: mine.signal });
      const value = await answer.json();
      // Others are looking at the past too.
      if (answer.status === 503) return soon(600);
      if (!answer.ok) throw new Error(words(value, answer.status));
      const rows = value.data.rows;
      draw(rows);
      const took = Math.round(performance.now() - started);
      const count = rows.length === 1 ? "1 row" : `${rows.length} rows`;
      const shown = rows.length > 200 ? ", the newest 200 shown" : "";
      $("#past-words").textContent =
        `${view} at position ${place}: ${count}${shown}, folded in ${took} ms`;
    } catch (failure) {
      if (!mine.signal.aborted) $("#past-words").textContent = failure.message;
    }
  };
  const soon = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(load, pause);
  };
  at.addEventListener("input", () => {
    position.value = at.value;
    soon(120);
  });
  position.addEventListener("input", () => {
    if (position.checkValidity() && position.value) {
      at.value = position.value;
      soon(120);
    }
  });
  form.addEventListener("change", () => soon(0));
  form.addEventListener("submit", (event) => event.preventDefault());
  load();
}

// Texts only: what a table holds is nobody's markup.
function draw(rows) {
  const shown = rows.slice(-200).reverse();
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of names) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of shown) {
    const line = body.insertRow();
    for (const name of names) {
      const value = row[name];
      const cell = line.insertCell();
      if (typeof value === "number") cell.className = "number";
      const text = value !== null && typeof value === "object" ? JSON.stringify(value) : value;
      cell.textContent = text === null || text === undefined ? "–" : visible(String(text));
    }
  }
  const place = $("#past-table");
  if (shown.length) return place.replaceChildren(table);
  const empty = document.createElement("p");
  empty.className = "empty";
  empty.textContent = "The table was empty then.";
  place.replaceChildren(empty);
}

function visible(text) {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu, (character) =>
    `\\u{${character.codePointAt(0).toString(16)}}`);
  return shown.length > 160 ? shown.slice(0, 159) + "…" : shown;
}

// MARK: The proof of an event

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

async function hash(prefix, ...parts) {
  const all = [Uint8Array.of(prefix), ...parts];
  const joined = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of all) {
    joined.set(part, place);
    place += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

// A C2SP tlog-proof: the event, its place, the hashes beside its path, and the signed root.
function parse(text) {
  const [body, ...note] = text.split("\n\n");
  const lines = body.split("\n").slice(1);
  const extra = lines[0].startsWith("extra ") ? bytesOf(lines.shift().slice(6)) : null;
  const index = BigInt(lines.shift().slice("index ".length));
  const head = note[0].split("\n");
  return { extra, index, path: lines.filter(Boolean).map(bytesOf), size: BigInt(head[1]), root: head[2] };
}

// As RFC 9162 says in 2.1.3.2.
async function rootOf({ extra, index, path, size }) {
  if (index >= size) throw new Error("The event is not covered by the checkpoint.");
  let [first, last] = [index, size - 1n];
  let root = await hash(0, extra);
  for (const part of path) {
    if (last === 0n) throw new Error("The proof has more hashes than the tree has levels.");
    if (first & 1n || first === last) {
      root = await hash(1, part, root);
      while (!(first & 1n) && first !== 0n) [first, last] = [first >> 1n, last >> 1n];
    } else {
      root = await hash(1, root, part);
    }
    [first, last] = [first >> 1n, last >> 1n];
  }
  if (last !== 0n) throw new Error("The proof has fewer hashes than the tree has levels.");
  return btoa(String.fromCharCode(...root));
}

function verifying() {
  const form = $("#verify");
  if (!form) return;
  const result = $("#verified");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const position = form.elements.position.value;
    result.className = "";
    result.textContent = "Computing…";
    try {
      if (!crypto.subtle) throw new Error("Browsers hash on pages over TLS or of this machine only.");
      const answer = await send("GET", `/api/testing/audit/proof/${position}`);
      const proof = parse(answer.data.proof);
      if (!proof.extra) throw new Error("This event is archived: dr-audit can still prove it.");
      if (proof.index !== BigInt(position) - 1n) throw new Error("The proof is of another event.");
      const isIn = (await rootOf(proof)) === proof.root;
      result.className = isIn ? "good" : "bad";
      result.textContent = isIn
        ? `Event ${position} is in the tree of ${proof.size} events, with ${proof.path.length} hashes up to the root ${proof.root}.`
        : `Event ${position} does not lead to the root that the checkpoint has. Run dr-audit verify.`;
    } catch (failure) {
      result.className = "bad";
      result.textContent = failure.message;
    }
  });
}

// What a browser keeps of a page that was left is not what is there now.
addEventListener("pageshow", (event) => event.persisted && location.reload());
$(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
follow();
verifying();
tick();
setInterval(tick, 1000);
past();
