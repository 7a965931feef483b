"use strict";
// The HTML that the server sends is put in as it is: the server has escaped all data in
// it, and the page's policy runs no script but this one.
const $ = id => document.getElementById(id);
const texts = JSON.parse($("texts").textContent);
const say = (name, value) => texts[name].replace(/%[ds]/, () => value);
const maxShown = 200;
let version = 0;

function fromHTML(html) {
  const t = document.createElement("template");
  t.innerHTML = html;
  return t.content;
}

async function post(path, body) {
  const r = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await r.json();
  if (!r.ok) throw new Error(answer.error);
  return answer;
}

async function part(path) {
  const r = await fetch(path);
  if (!r.ok) throw new Error(r.status);
  return fromHTML(await r.text());
}

let toastTimer;
function toast(text, bad) {
  const box = $("toast");
  box.textContent = text;
  box.className = bad ? "bad" : "";
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 4000);
}

// ---- timeline

const timeline = $("timeline");
const waiting = new Map(); // groups that are not shown yet, by id

const groupOf = id => timeline.querySelector(`[data-group="${id}"]`);

// A group that is new is not put in while somebody reads: that would move what they read.
function reading() {
  return timeline.scrollTop > 0 || timeline.getBoundingClientRect().top < 0 ||
    timeline.contains(document.activeElement) && document.activeElement !== timeline || timeline.querySelector("details[open]") !== null;
}

function showGroup(g) {
  const fresh = fromHTML(g.html).firstElementChild, shown = groupOf(g.id);
  if (!shown) {
    timeline.prepend(fresh);
    return fresh;
  }
  shown.className = fresh.className;
  shown.firstElementChild.replaceChildren(...fresh.firstElementChild.childNodes);
  return shown;
}

function addGroups(groups) {
  for (const g of groups) {
    const shown = groupOf(g.id);
    if (shown && !waiting.has(g.id)) {
      showGroup(g); // one line, whose height does not change
      if (shown.open) waiting.set(g.id, g);
    } else if (waiting.has(g.id) || reading()) {
      waiting.set(g.id, g);
    } else {
      showGroup(g);
    }
  }
  if (groups.length) $("announcer").textContent = say("announce", groups[groups.length - 1].title);
  trim();
}

function trim() {
  const none = $("no-groups"); // the last child
  while (timeline.childElementCount - 1 > maxShown) none.previousElementSibling.remove();
  none.hidden = timeline.childElementCount > 1;
  const pill = $("new-groups");
  pill.hidden = waiting.size === 0;
  pill.textContent = say("new", waiting.size);
}

function showWaiting() {
  if (!waiting.size) return;
  let last;
  for (const g of waiting.values()) {
    last = showGroup(g);
    if (last.open) loadSteps(last);
  }
  waiting.clear();
  trim();
  timeline.scrollTop = 0;
  last.firstElementChild.focus();
}
$("new-groups").addEventListener("click", showWaiting);

// Steps that are there already stay, with what is open in them.
async function loadSteps(group) {
  const box = group.querySelector(".steps"), steps = await part("/api/group?id=" + group.dataset.group);
  for (const step of [...steps.children]) {
    if (!box.querySelector(`[data-step="${step.dataset.step}"]`)) box.append(step);
  }
}

timeline.addEventListener("toggle", async event => {
  const d = event.target;
  if (!d.open) return;
  if (d.dataset.group) {
    await loadSteps(d);
  } else if (d.dataset.step && !d.querySelector(".details").hasChildNodes()) {
    d.querySelector(".details").append(await part("/api/step?id=" + d.dataset.step));
  }
}, true);

timeline.addEventListener("click", async event => {
  const text = event.target.dataset.copy;
  if (text === undefined) return;
  try {
    await navigator.clipboard.writeText(text);
    toast(say("copied"));
  } catch {
    toast(say("not copied"), true);
  }
});

timeline.addEventListener("submit", async event => {
  event.preventDefault();
  const form = event.target, outcome = form.querySelector(".outcome");
  let text, bad = true;
  try {
    const payload = JSON.parse(form.elements.payload.value);
    const a = await post("/api/deliveries", {
      step: Number(form.dataset.resend), payload, new_id: form.elements.id.value === "new", as: form.elements.as.value,
    });
    bad = a.status !== 200;
    text = say(bad ? "failed" : "sent", a.status + " " + a.result + (a.reason ? ": " + a.reason : ""));
  } catch (error) {
    text = say("failed", error.message);
  }
  outcome.textContent = text;
  outcome.classList.toggle("bad", bad);
});

// ---- filter and search

function search() {
  version = 0;
  waiting.clear();
  for (const g of timeline.querySelectorAll(".group")) g.remove();
  refresh();
}
let searchTimer;
$("search").addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(search, 150);
});
$("show").addEventListener("change", search);

// ---- chats

const messages = $("messages");
let chat = "";
const drawn = new Map(); // the HTML of each message by its id

const messageOf = id => messages.querySelector(`[data-message="${CSS.escape(id)}"]`);
const atEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight < 40;

function addChats(list) {
  for (const c of list) {
    let button = $("chats").querySelector(`[data-chat="${CSS.escape(c.id)}"]`);
    if (button) continue;
    button = document.createElement("button");
    button.type = "button";
    button.dataset.chat = c.id;
    button.dataset.kind = c.kind;
    button.textContent = c.name;
    button.addEventListener("click", () => openChat(c.id));
    $("chats").append(button);
    if (!chat) openChat(c.id);
  }
}

function openChat(id) {
  chat = id;
  for (const b of $("chats").children) {
    b.setAttribute("aria-pressed", b.dataset.chat === id);
    if (b.dataset.chat === id) {
      delete b.dataset.unread;
      $("mention-label").hidden = b.dataset.kind !== "group";
    }
  }
  for (const m of messages.querySelectorAll(".thread")) m.hidden = m.dataset.chat !== id;
  $("no-messages").hidden = messages.querySelector(".thread:not([hidden])") !== null;
  messages.scrollTop = messages.scrollHeight;
  $("new-messages").hidden = true;
}

// The body of a message that has not changed stays, with what somebody has filled in.
const bodies = new WeakMap();
function updateAround(shown, fresh) {
  const body = shown.querySelector(".body"), freshBody = fresh.querySelector(".body");
  shown.className = fresh.className;
  for (const child of [...shown.childNodes]) {
    if (child !== body) child.remove();
  }
  while (fresh.firstChild !== freshBody) body.before(fresh.firstChild);
  freshBody.remove();
  shown.append(...fresh.childNodes);
}

// A message stands under the one that it answers.
function showMessage(m) {
  if (drawn.get(m.id) === m.html) return false;
  drawn.set(m.id, m.html);
  const fresh = fromHTML(m.html).firstElementChild, shown = messageOf(m.id);
  const body = fresh.querySelector(".body")?.innerHTML;
  bodies.set(fresh, body);
  if (shown) {
    if (body !== undefined && bodies.get(shown) === body) {
      updateAround(shown, fresh);
      return false;
    }
    const focused = shown.contains(document.activeElement);
    shown.replaceWith(fresh);
    if (focused) fresh.focus({ preventScroll: true });
    return false;
  }
  const root = m.root && messageOf(m.root);
  if (root) {
    root.parentElement.querySelector(".replies").append(fresh);
    return true;
  }
  const thread = document.createElement("div"), replies = document.createElement("div");
  thread.className = "thread";
  thread.dataset.chat = m.chat;
  thread.hidden = m.chat !== chat;
  replies.className = "replies";
  thread.append(fresh, replies);
  messages.append(thread);
  return true;
}

let unread = 0;
function addMessages(list) {
  const follow = atEnd();
  let added = 0;
  for (const m of list) {
    if (!showMessage(m)) continue;
    if (m.chat === chat) added++;
    else $("chats").querySelector(`[data-chat="${CSS.escape(m.chat)}"]`).dataset.unread = "";
  }
  const threads = messages.querySelectorAll(".thread");
  for (let i = 0; follow && i < threads.length - maxShown; i++) threads[i].remove();
  $("no-messages").hidden = messages.querySelector(".thread:not([hidden])") !== null;
  if (follow) messages.scrollTop = messages.scrollHeight;
  unread = follow ? 0 : unread + added;
  $("new-messages").hidden = unread === 0;
  $("new-messages").textContent = say("new", unread);
}

function initChats() {
  $("new-messages").addEventListener("click", () => {
    messages.scrollTop = messages.scrollHeight;
    unread = 0;
    $("new-messages").hidden = true;
    messages.focus();
  });
  $("write").addEventListener("submit", async event => {
    event.preventDefault();
    const text = $("text").value.trim();
    if (!text) return;
    try {
      const a = await post("/api/messages", { chat_id: chat, open_id: author(), text, mention: !$("mention-label").hidden && $("mention").checked });
      if (a.status !== 200) throw new Error(a.status + " " + a.result);
      $("text").value = "";
      messages.scrollTop = messages.scrollHeight;
    } catch (error) {
      toast(say("failed", error.message), true);
    }
  });
  $("text").addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("write").requestSubmit();
  });
  messages.addEventListener("click", onCardClick);
  messages.addEventListener("change", onCardChange);
  messages.addEventListener("keydown", onCardKey);
}

// In a direct chat it is always its own user who writes.
function author() {
  return $("mention-label").hidden ? $("user").options[0].value : $("user").value;
}

// ---- cards

const two = n => String(n).padStart(2, "0");

// Lark adds the time zone to dates and times.
function zone() {
  const minutes = -new Date().getTimezoneOffset(), size = Math.abs(minutes);
  return (minutes < 0 ? "-" : "+") + two(Math.floor(size / 60)) + two(size % 60);
}

// valueOf returns what a control has in the callback: a text, texts, or true or false.
function valueOf(control) {
  const field = control.querySelector("input, select, textarea, fieldset");
  if (control.dataset.answer === "options") return [...control.querySelectorAll("input:checked")].map(i => i.value);
  if (control.dataset.answer === "checked") return field.checked;
  if (field.dataset.format && field.value) return field.value.replace("T", " ") + " " + zone();
  return field.value;
}

const isDated = control => control.querySelector("[data-format]") !== null;

function withZone(action, dated) {
  return dated ? { ...action, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone } : action;
}

function controlAction(control) {
  const action = JSON.parse(control.dataset.action);
  action[control.dataset.answer] = valueOf(control);
  return withZone(action, isDated(control));
}

// formAction returns the action of a button that submits its form, null if a required
// field is empty.
function formAction(button) {
  const form = button.closest("[data-form]"), values = {};
  let dated = false;
  for (const control of form.querySelectorAll("[data-name]")) {
    const value = valueOf(control);
    if ("required" in control.dataset && (value === "" || value.length === 0)) {
      control.querySelector("input, select, textarea").focus();
      toast(say("required"), true);
      return null;
    }
    if (control.dataset.name) values[control.dataset.name] = value;
    dated ||= isDated(control);
  }
  return withZone({ ...JSON.parse(button.dataset.action), form_value: values }, dated);
}

function confirmed(element) {
  if (!("confirmTitle" in element.dataset)) return Promise.resolve(true);
  const dialog = $("question");
  $("question-title").textContent = element.dataset.confirmTitle;
  $("question-text").textContent = element.dataset.confirmText;
  dialog.returnValue = "";
  dialog.showModal();
  $("question-yes").focus();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
$("question-yes").addEventListener("click", () => $("question").close("yes"));

async function clickCard(element, action) {
  const message = element.closest("[data-message]");
  if (!action || message.getAttribute("aria-busy") === "true" || !await confirmed(element)) return;
  message.setAttribute("aria-busy", "true");
  try {
    const a = await post("/api/clicks", { message_id: message.dataset.message, open_id: $("user").value, action });
    toast(a.status === 200 ? a.toast || say("no change") : say("failed", a.status + " " + a.result), a.status !== 200);
  } catch (error) {
    toast(say("failed", error.message), true);
  }
  message.removeAttribute("aria-busy");
}

function onCardClick(event) {
  const target = event.target.closest("button, a, summary, [data-action]");
  if (!target || target.matches("summary") || target.matches("a") && !target.dataset.action) return;
  if ("reset" in target.dataset) {
    for (const field of target.closest("[data-form]").querySelectorAll("input, textarea, select")) {
      if (field.type === "checkbox") field.checked = field.defaultChecked;
      else field.value = field.matches("select") ? "" : field.defaultValue;
    }
  } else if ("submit" in target.dataset) {
    clickCard(target, formAction(target));
  } else if ("commit" in target.dataset) {
    const control = target.closest("[data-answer]");
    clickCard(control, controlAction(control));
  } else if (target.dataset.action && !target.dataset.answer) {
    clickCard(target, JSON.parse(target.dataset.action));
  }
}

// A select and a checkbox outside a form need no button.
function onCardChange(event) {
  const control = event.target.closest("[data-answer]");
  if (!control || control.dataset.name !== undefined) return;
  if (event.target.matches("select") && event.target.value || control.dataset.answer === "checked") clickCard(control, controlAction(control));
}

function onCardKey(event) {
  const t = event.target;
  if (t.matches("[role=button]") && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    t.click();
  } else if (t.matches("select") && (event.key === "ArrowDown" || event.key === "ArrowUp") && t.showPicker) {
    event.preventDefault(); // the keys would choose at once
    t.showPicker();
  } else if (t.matches("input") && event.key === "Enter") {
    event.preventDefault();
    t.closest("[data-answer]").querySelector("[data-commit]")?.click();
  }
}

// ---- keyboard

for (const b of document.querySelectorAll("[data-close]")) b.addEventListener("click", () => b.closest("dialog").close(""));
$("help-button").addEventListener("click", () => $("help").showModal());

function step(by) {
  const rows = [...timeline.querySelectorAll(".group > summary")];
  const at = rows.indexOf(document.activeElement.closest?.(".group")?.firstElementChild);
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
}

const shortcuts = {
  "/": () => $("search").focus(),
  "j": () => step(1),
  "k": () => step(-1),
  "n": showWaiting,
  "f": () => {
    $("show").value = $("show").value === "failed" ? "" : "failed";
    search();
  },
  "m": () => $("text")?.focus(),
  "?": () => $("help").showModal(),
};

document.addEventListener("keydown", event => {
  const t = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (t.matches("input, textarea, select")) {
    if (event.key === "Escape") t.blur();
    return;
  }
  const shortcut = shortcuts[event.key];
  if (!shortcut) return;
  event.preventDefault();
  shortcut();
});

// ---- changes

let running = false, stale = false;
async function refresh() {
  stale = true;
  if (running) return;
  running = true;
  try {
    while (stale) {
      stale = false;
      if (version) await new Promise(done => setTimeout(done, 30)); // what comes at once is shown at once
      const query = new URLSearchParams({ after: version, q: $("search").value, show: $("show").value });
      const r = await fetch("/api/changes?" + query);
      if (!r.ok) throw new Error(r.status);
      const c = await r.json();
      if (c.version < version) location.reload(); // the server has started anew
      if (query.get("q") !== $("search").value || query.get("show") !== $("show").value) {
        stale = true;
        continue;
      }
      version = c.version;
      addGroups(c.groups);
      if ($("chats")) {
        addChats(c.chats);
        addMessages(c.messages);
      }
    }
    $("state").textContent = say("live");
  } catch {
    $("state").textContent = say("offline");
  }
  running = false;
}

if ($("chats")) initChats();
const stream = new EventSource("/api/stream");
stream.onmessage = refresh;
stream.onerror = () => { $("state").textContent = say("offline"); };
