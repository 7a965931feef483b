// What a person does with a card, as the action of its callback. Package cardview
// describes the attributes of the controls.

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
