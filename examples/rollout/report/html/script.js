"use strict";
document.documentElement.classList.add("js");

// A link to a resource opens it.
const open = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.hidden = false;
    target.open = true;
    target.scrollIntoView({ block: "center" });
    target.querySelector("summary").focus({ preventScroll: true });
  }
};
addEventListener("hashchange", open);
open();

for (const form of document.querySelectorAll(".tools")) form.addEventListener("submit", (event) => event.preventDefault());

const filter = document.getElementById("filter");
filter?.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  let shown = 0;
  for (const group of document.querySelectorAll(".group")) {
    let some = false;
    for (const one of group.querySelectorAll(".resource")) {
      one.hidden = !one.textContent.toLowerCase().includes(wanted);
      some ||= !one.hidden;
      shown += one.hidden ? 0 : 1;
    }
    group.hidden = !some;
  }
  document.getElementById("shown").textContent = wanted ? `${shown} shown` : "";
});

const graph = document.getElementById("graph");
const canvas = document.getElementById("canvas");
if (graph && canvas) {
  const [width, height] = [graph.viewBox.baseVal.width, graph.viewBox.baseVal.height];
  let scale = 1;
  const zoom = (wanted) => {
    const before = scale;
    scale = Math.min(4, Math.max(0.1, wanted));
    const [x, y] = [canvas.scrollLeft + canvas.clientWidth / 2, canvas.scrollTop + canvas.clientHeight / 2];
    graph.setAttribute("width", width * scale);
    graph.setAttribute("height", height * scale);
    canvas.scrollLeft = (x * scale) / before - canvas.clientWidth / 2;
    canvas.scrollTop = (y * scale) / before - canvas.clientHeight / 2;
  };
  const steps = {
    in: () => zoom(scale * 1.25),
    out: () => zoom(scale / 1.25),
    fit: () => zoom(Math.min(canvas.clientWidth / width, (innerHeight * 0.8) / height)),
  };
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", steps[button.dataset.zoom]);
  canvas.addEventListener("keydown", (event) => {
    const step = { "+": "in", "=": "in", "-": "out", 0: "fit" }[event.key];
    if (step && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      steps[step]();
    }
  });
  canvas.addEventListener("wheel", (event) => {
    if (event.ctrlKey) {
      event.preventDefault();
      zoom(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
    }
  }, { passive: false });

  const nodes = [...graph.querySelectorAll(".node")];
  const edges = [...graph.querySelectorAll(".edge")];
  const along = (at, from, to) => {
    const reached = new Set([at]);
    for (const one of reached) for (const edge of edges) if (edge.dataset[from] === one) reached.add(edge.dataset[to]);
    return reached;
  };
  const choose = (node) => {
    graph.classList.toggle("chosen", Boolean(node));
    const at = node?.dataset.at;
    const on = node ? new Set([...along(at, "from", "to"), ...along(at, "to", "from")]) : new Set();
    for (const one of nodes) one.classList.toggle("on", on.has(one.dataset.at));
    for (const one of edges) one.classList.toggle("on", on.has(one.dataset.from) && on.has(one.dataset.to));
  };
  for (const node of nodes) {
    node.addEventListener("mouseenter", () => choose(node));
    node.addEventListener("mouseleave", () => choose(null));
    node.addEventListener("focus", () => choose(node));
    node.addEventListener("blur", () => choose(null));
  }

  const find = document.getElementById("find");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    const hits = nodes.filter((node) => {
      const hit = wanted !== "" && node.textContent.toLowerCase().includes(wanted);
      node.classList.toggle("hit", hit);
      return hit;
    });
    document.getElementById("found").textContent = wanted ? `${hits.length} found` : "";
    if (hits[0]) {
      const [box, frame] = [hits[0].getBoundingClientRect(), canvas.getBoundingClientRect()];
      canvas.scrollBy(box.left - frame.left - frame.width / 2 + box.width / 2, box.top - frame.top - frame.height / 2 + box.height / 2);
    }
  });
}
