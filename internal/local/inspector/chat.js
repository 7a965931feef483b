// The chats and the box to write in.

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
