// The timeline: groups of steps, the filter and the search.

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
