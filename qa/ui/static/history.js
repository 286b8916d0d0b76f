// Conversations are kept in this browser only; the server sees one when it is opened again.
const STORE = "bulletin-qa.conversations";
const MOST = 40;
const list = element.querySelector(".history");

const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) || "[]");
    return Array.isArray(kept) ? kept : [];
  } catch { return []; }
};

const write = (kept) => {
  // The browser's quota is shared by all conversations: the oldest give way.
  for (let entries = kept.slice(0, MOST); ; entries = entries.slice(0, -1)) {
    try { localStorage.setItem(STORE, JSON.stringify(entries)); return; }
    catch { if (!entries.length) return; }
  }
};

let labels = { none: "", remove: "{title}" };
let current = "";

const draw = () => {
  const kept = read();
  if (!kept.length) {
    const none = document.createElement("p");
    none.textContent = labels.none;
    list.replaceChildren(none);
    return;
  }
  const rows = document.createElement("ul");
  for (const entry of kept) {
    const row = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button";
    open.className = "open";
    open.textContent = entry.title;
    open.title = entry.title;
    if (entry.key === current) open.setAttribute("aria-current", "true");
    open.addEventListener("click", () => {
      document.getElementById("workspace").classList.remove("listing");
      trigger("restore", { record: JSON.stringify(entry.conversation) });
    });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "remove";
    remove.textContent = "×";
    remove.setAttribute("aria-label", labels.remove.replace("{title}", entry.title));
    remove.addEventListener("click", () => { write(read().filter((other) => other.key !== entry.key)); draw(); });
    row.append(open, remove);
    rows.append(row);
  }
  list.replaceChildren(rows);
};

const take = () => {
  // Nothing is offered before the page has loaded: what loading shows would replace a conversation.
  if (!props.value) return;
  let record;
  try { record = JSON.parse(props.value); } catch { return; }
  labels = record.labels || labels;
  const conversation = record.conversation;
  current = conversation ? conversation.key : "";
  // This tab's conversation, to go on with when the page is loaded again.
  if (current && conversation.turns.length) sessionStorage.setItem("bulletin-qa.open", current);
  else sessionStorage.removeItem("bulletin-qa.open");
  if (conversation && conversation.turns.length && record.keep) {
    sessionStorage.removeItem("bulletin-qa.asked");
    const kept = read().filter((entry) => entry.key !== conversation.key);
    kept.unshift({ key: conversation.key, title: conversation.turns[0].question, conversation });
    write(kept);
  }
  draw();
};

watch("value", take);
window.addEventListener("storage", (event) => { if (event.key === STORE && props.value) draw(); });
take();
