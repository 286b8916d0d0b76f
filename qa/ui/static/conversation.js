// The conversation: citation chips with their quote on hover, and the buttons under an answer.
const tip = document.createElement("div");
tip.className = "bqa-tip";
tip.setAttribute("role", "tooltip");
tip.id = "bqa-tip";
tip.hidden = true;
document.body.appendChild(tip);

const fill = (name, text) => {
  const line = document.createElement("div");
  line.className = name;
  line.textContent = text;
  return line;
};

const show = (chip) => {
  tip.replaceChildren(fill("quote", chip.dataset.quote), fill("place", chip.dataset.place));
  tip.hidden = false;
  chip.setAttribute("aria-describedby", tip.id);
  const at = chip.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left - 12, window.innerWidth - size.width - 8));
  const above = at.top - size.height - 8;
  tip.style.left = left + "px";
  tip.style.top = (above > 8 ? above : at.bottom + 8) + "px";
};
const hide = () => { tip.hidden = true; };

const chipOf = (event) => event.target.closest && event.target.closest(".chip[data-quote]");
element.addEventListener("mouseover", (event) => { const chip = chipOf(event); if (chip) show(chip); });
element.addEventListener("mouseout", (event) => { if (chipOf(event)) hide(); });
element.addEventListener("focusin", (event) => { const chip = chipOf(event); if (chip) show(chip); });
element.addEventListener("focusout", hide);
document.addEventListener("scroll", hide, true);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https the clipboard interface is missing; the old command still works.
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act, turn, number, question, text } = button.dataset;
  if (act === "copy") {
    copyText(text).then(() => {
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1600);
    });
  } else if (act === "cite" || act === "near") {
    hide();
    document.getElementById("workspace").classList.add("reading");
    trigger("open", { act, turn: Number(turn), number: Number(number), shown: Date.now() });
  } else if (act === "ask") {
    trigger("example", { question });
  } else if (act === "retry") {
    trigger("again", {});
  } else if (act === "edit") {
    trigger("revise", {});
  } else if (act === "rate") {
    trigger("rate", { turn: Number(turn), number: Number(number) });
  } else if (act === "save") {
    trigger("keep", { turn: Number(turn) });
  } else if (act === "library") {
    trigger("library", {});
  }
});

// An open "why" stays open when a later answer redraws the conversation.
const open = new Set();
element.addEventListener("toggle", (event) => {
  if (event.target.open) open.add(event.target.id); else open.delete(event.target.id);
}, true);

let turns = element.querySelectorAll(".turn").length;
let key = "";
let following = false;
for (const moved of ["wheel", "touchmove", "keydown"]) {
  element.addEventListener(moved, () => { following = false; }, { passive: true });
}

watch("value", () => {
  const thread = element.querySelector(".thread");
  if (thread && thread.dataset.key !== key) { key = thread.dataset.key; open.clear(); }
  for (const id of [...open]) {
    const found = element.querySelector("#" + CSS.escape(id));
    if (found) found.open = true;
  }
  const all = element.querySelectorAll(".turn");
  // A new question goes to the top and stays there while its answer is written, so that it is read from
  // the beginning; a reader who scrolls is left alone.
  if (all.length !== turns) following = all.length > 0;
  turns = all.length;
  if (following) all[turns - 1].scrollIntoView({ block: "start" });
});
