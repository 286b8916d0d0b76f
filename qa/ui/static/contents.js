// The table of contents: a click on an item opens it in the reader.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act='item']");
  if (!button) return;
  document.getElementById("workspace").classList.add("reading");
  trigger("open", { act: "item", bulletin: button.dataset.bulletin, item: button.dataset.item, shown: Date.now() });
});
