const filter = document.getElementById("filter");
const nothing = document.getElementById("nothing");

/** Shows the operations whose method, path or summary holds every word that was typed. */
function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const section of document.querySelectorAll("main section")) {
    let inSection = 0;
    for (const operation of section.querySelectorAll("details")) {
      const text = operation.querySelector("summary").textContent.toLowerCase();
      operation.hidden = !words.every((word) => text.includes(word));
      if (!operation.hidden) inSection++;
    }
    section.hidden = inSection === 0;
    found += inSection;
  }
  nothing.hidden = found > 0;
}

filter.addEventListener("input", show);
show();
