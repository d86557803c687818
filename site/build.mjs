// Bundles style sheet, font and scripts into static/build; names carry a hash, manifest.json tells them.
import { build } from "esbuild";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const sources = "minhbach_site/static";
const out = `${sources}/build`;
const weights = [400, 600];
// These sheets name the letters of each subset, so a browser loads only what a page uses.
const imports = weights.map((weight) => `@import "@fontsource/be-vietnam-pro/${weight}.css";`);
const common = { bundle: true, minify: true, outdir: out, metafile: true, logLevel: "warning" };

await rm(out, { recursive: true, force: true });
const styles = await build({
  ...common,
  stdin: {
    contents: [...imports, `@import "./${sources}/site.css";`].join("\n"),
    loader: "css",
    resolveDir: ".",
    sourcefile: "site.css",
  },
  entryNames: "site-[hash]",
  assetNames: "[name]-[hash]",
  // Every browser that meets the site's CSS reads woff2.
  loader: { ".woff2": "file", ".woff": "empty" },
});
const scripts = await build({
  ...common,
  entryPoints: [`${sources}/suggest.js`, `${sources}/map.js`],
  entryNames: "[name]-[hash]",
  format: "esm",
});

// The build of MapLibre for a strict content security policy: its worker is a file of its own, not a blob.
const map = await build({
  ...common,
  bundle: false,
  entryPoints: {
    maplibre: "node_modules/maplibre-gl/dist/maplibre-gl-csp.js",
    maplibreworker: "node_modules/maplibre-gl/dist/maplibre-gl-csp-worker.js",
  },
  entryNames: "[name]-[hash]",
});

const manifest = {};
for (const { metafile } of [styles, scripts, map]) {
  for (const file of Object.keys(metafile.outputs)) {
    const [, name, extension] = path.basename(file).match(/^([a-z]+)-[^.]+\.(css|js)$/) ?? [];
    if (name) manifest[`${name}.${extension}`] = path.basename(file);
  }
}
await writeFile(path.join(out, "manifest.json"), JSON.stringify(manifest) + "\n");

// Compressed once here, rather than by the server at every visit.
for (const name of (await readdir(out)).filter((each) => /\.(css|js)$/.test(each))) {
  const content = await readFile(path.join(out, name));
  await writeFile(path.join(out, `${name}.br`), brotliCompressSync(content));
  await writeFile(path.join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
}
