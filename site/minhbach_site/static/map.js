// A map to zoom and drag, opened on demand beside the one that the server drew; that one needs no script.
const COLOURS = ["#f4f1e8", "#d3e5e4", "#a5cccb", "#6fadb0", "#39858d", "#0b5a68"];
const STEP_MS = 200;

for (const figure of document.querySelectorAll("figure[data-map]")) offer(figure);

function offer(figure) {
  const tools = element("div", "map-tools");
  const open = element("button", "", figure.dataset.open);
  open.type = "button";
  open.addEventListener("click", async () => {
    open.disabled = true;
    try {
      await show(figure, tools);
      open.remove();
    } catch (error) {
      console.error(error);
      tools.append(element("p", "", figure.dataset.failed));
    }
  });
  tools.append(open);
  figure.prepend(tools);
}

async function show(figure, tools) {
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
    bounds: bounds(data.communes),
    fitBoundsOptions: { padding: 30 },
    attributionControl: false,
  });
  await new Promise((done, failed) => {
    map.once("load", done);
    map.once("error", (event) => failed(event.error));
  });
  drawn.remove();
  const canvas = map.getCanvas();
  canvas.setAttribute("aria-label", figure.dataset.label);
  for (const [text, name] of [["+", "closer"], ["−", "farther"]]) {
    const button = element("button", "", text);
    button.type = "button";
    button.setAttribute("aria-label", figure.dataset[name]);
    button.addEventListener("click", () => map[name === "closer" ? "zoomIn" : "zoomOut"]({ duration: STEP_MS }));
    tools.append(button);
  }
  if (figure.dataset.credit) tools.append(element("span", "quiet", figure.dataset.credit));
  for (const layer of ["areas", "circles", "zones"]) {
    if (!map.getLayer(layer)) continue;
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
  const told = (commune) => `${commune.name}: ${commune.count}` + (data.layer === "opportunities" || commune.value === null ? "" : ` (${commune.value})`);
  const properties = (commune) => ({ ...commune, told: told(commune), url: commune.url ?? "" });
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

function bounds(communes) {
  const [x, y] = [0, 1].map((axis) => communes.map((commune) => commune.position[axis]));
  return [[Math.min(...x), Math.min(...y)], [Math.max(...x), Math.max(...y)]];
}

async function library(address, worker) {
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

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
