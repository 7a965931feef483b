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
