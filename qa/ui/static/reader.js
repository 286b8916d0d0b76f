// The reader: brings the quote into view, moves between citations, opens items of the contents.
const go = (step) => {
  const root = element.querySelector(".reader");
  const total = root ? Number(root.dataset.total) : 0;
  if (!total) return;
  const at = Number(root.dataset.number) + step;
  const number = at < 1 ? total : at > total ? 1 : at;
  document.getElementById("workspace").classList.add("reading");
  trigger("open", { act: "cite", turn: Number(root.dataset.turn), number, shown: Date.now() });
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act, bulletin, item } = button.dataset;
  if (act === "previous") go(-1);
  else if (act === "next") go(1);
  else if (act === "close") document.getElementById("workspace").classList.remove("reading");
  else if (act === "contents") trigger("open", { act: "contents", shown: Date.now() });
  else if (act === "item") trigger("open", { act: "item", bulletin, item, shown: Date.now() });
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && document.getElementById("workspace").classList.contains("reading")) {
    document.getElementById("workspace").classList.remove("reading");
  } else if (!typing && event.key === "[") go(-1);
  else if (!typing && event.key === "]") go(1);
});

const reveal = () => {
  const root = element.querySelector(".reader");
  const paper = element.querySelector(".page");
  if (!root || !paper) return;
  const item = root.dataset.item && paper.querySelector(`[data-item="${CSS.escape(root.dataset.item)}"]`);
  const target = element.querySelector("mark.current") || item;
  if (!target) { paper.scrollTop = 0; return; }
  const shift = target.getBoundingClientRect().top - paper.getBoundingClientRect().top;
  paper.scrollTop += shift - paper.clientHeight * 0.28;
};

watch("value", () => {
  reveal();
  // Once more after the column has been laid out, which on a narrow screen happens after opening.
  requestAnimationFrame(reveal);
});
