// The keys, and what keeps the page up to date.

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

let running = false, stale = false, run = "";
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
      if (run && c.run !== run) location.reload(); // the server has started anew
      run = c.run;
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
    setTimeout(refresh, 1000);
  }
  running = false;
}

if ($("chats")) initChats();
const stream = new EventSource("/api/stream");
stream.onmessage = refresh;
stream.onerror = () => { $("state").textContent = say("offline"); };
