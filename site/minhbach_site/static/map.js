// A map to zoom and drag, opened on demand beside the one that the server drew; that one needs no script.
const COLOURS = ["#f4f1e8", "#d3e5e4", "#a5cccb", "#6fadb0", "#39858d", "#0b5a68"];
const STEP_MS = 200;

for (const figure of document.querySelectorAll("figure[data-map]")) offer(figure);

function offer(figure) {
  const tools = element("div", "map-tools");
  const open = button(figure.dataset.open, async () => {
    open.disabled = true;
    tools.querySelector("p")?.remove();
    try {
      await show(figure, tools, open);
    } catch (error) {
      console.warn(error);
      figure.querySelector(".map-live")?.remove();
      figure.querySelector(".map-told")?.remove();
      tools.append(element("p", "", figure.dataset.failed));
      open.disabled = false;
    }
  });
  tools.append(open);
  figure.prepend(tools);
}

async function show(figure, tools, open) {
  const [maplibregl, data, shapes] = await Promise.all([
    library(figure.dataset.library, figure.dataset.worker),
    json(figure.dataset.map),
    json(figure.dataset.shapes),
  ]);
  const place = element("div", "map-live");
  const told = element("p", "map-told");
  told.setAttribute("role", "status");
  const drawn = figure.querySelector("svg");
  drawn.before(place, told);
  const map = new maplibregl.Map({
    container: place,
    style: style(figure.dataset, data, shapes),
    bounds: bounds(data.communes, shapes),
    fitBoundsOptions: { padding: 12 },
    attributionControl: false,
    // A page must scroll past the map.
    cooperativeGestures: true,
    locale: {
      "CooperativeGesturesHandler.WindowsHelpText": figure.dataset.wheel,
      "CooperativeGesturesHandler.MacHelpText": figure.dataset.wheel.replace("Ctrl", "⌘"),
      "CooperativeGesturesHandler.MobileHelpText": figure.dataset.touch,
    },
  });
  await new Promise((done, failed) => {
    map.once("load", done);
    // A tile that does not come is no reason to do without the map.
    map.on("error", (event) => event.sourceId === "tiles" || failed(event.error));
  });
  drawn.setAttribute("hidden", "");
  const canvas = map.getCanvas();
  canvas.setAttribute("aria-label", figure.dataset.label);
  const steps = [["+", "closer", "zoomIn"], ["−", "farther", "zoomOut"]].map(([text, name, move]) => {
    const made = button(text, () => map[move]({ duration: STEP_MS }));
    made.setAttribute("aria-label", figure.dataset[name]);
    return made;
  });
  const back = button(figure.dataset.back, () => {
    map.remove();
    for (const each of [place, told, credit, back, ...steps]) each.remove();
    drawn.removeAttribute("hidden");
    delete figure.dataset.opened;
    Object.assign(open, { hidden: false, disabled: false });
    open.focus();
  });
  const credit = element("span", "quiet", figure.dataset.credit ?? "");
  tools.append(...steps, back, credit);
  open.hidden = true;
  steps[0].focus();
  for (const layer of ["areas", "circles", "zones"]) {
    map.on("mousemove", layer, ({ features }) => {
      told.textContent = features[0].properties.told;
      canvas.style.cursor = features[0].properties.url ? "pointer" : "";
    });
    map.on("click", layer, ({ features }) => {
      if (features[0].properties.url) location.assign(features[0].properties.url);
    });
  }
  figure.dataset.opened = "yes";
}

function style(options, data, shapes) {
  const known = new Map(data.communes.map((commune) => [commune.code, commune]));
  const properties = (commune) => ({ ...commune, url: commune.url ?? "" });
  const outlines = shapes.features.map((shape) => ({ ...shape, properties: properties(known.get(shape.properties.code)) }));
  const feature = (position, values) => ({ type: "Feature", properties: values, geometry: { type: "Point", coordinates: position } });
  const circles = outlines.length ? [] : data.communes.map((commune) => feature(commune.position, properties(commune)));
  const zones = data.zones.map((zone) => feature(zone.position, { told: zone.title, url: zone.url }));
  const source = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });
  const colour = ["match", ["get", "level"], ...COLOURS.flatMap((value, level) => [level, value]), COLOURS[0]];
  const tiles = options.tiles
    ? { tiles: { type: "raster", tiles: [options.tiles], tileSize: 256, attribution: options.credit ?? "" } }
    : {};
  return {
    version: 8,
    sources: { ...tiles, areas: source(outlines), circles: source(circles), zones: source(zones) },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#eaf1f2" } },
      ...(options.tiles ? [{ id: "tiles", type: "raster", source: "tiles" }] : []),
      { id: "areas", type: "fill", source: "areas", paint: { "fill-color": colour, "fill-opacity": options.tiles ? 0.6 : 1, "fill-outline-color": "#ffffff" } },
      { id: "circles", type: "circle", source: "circles", paint: { "circle-color": colour, "circle-radius": ["interpolate", ["linear"], ["get", "level"], 0, 6, 5, 20], "circle-stroke-color": "#566166", "circle-stroke-width": 1 } },
      { id: "zones", type: "circle", source: "zones", paint: { "circle-color": "#e7a33e", "circle-radius": 7, "circle-stroke-color": "#5b3a08", "circle-stroke-width": 1.5 } },
    ],
  };
}

function bounds(communes, shapes) {
  const corners = shapes.features.length
    ? shapes.features.flatMap((shape) => shape.geometry.coordinates.flat(2))
    : communes.map((commune) => commune.position);
  const [x, y] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  return [[Math.min(...x), Math.min(...y)], [Math.max(...x), Math.max(...y)]];
}

async function library(address, worker) {
  if (globalThis.maplibregl) return globalThis.maplibregl;
  await new Promise((done, failed) => {
    const script = element("script");
    Object.assign(script, { src: address, onload: done, onerror: () => failed(new Error(address)) });
    document.head.append(script);
  });
  globalThis.maplibregl.setWorkerUrl(worker);
  return globalThis.maplibregl;
}

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

function button(text, press) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
