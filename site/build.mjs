// Bundles the style sheet and the font into static/build; names carry a hash, manifest.json tells them.
import { build } from "esbuild";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";

const out = "minhbach_site/static/build";
const weights = [400, 600];
// These sheets name the letters of each subset, so a browser loads only what a page uses.
const imports = weights.map((weight) => `@import "@fontsource/be-vietnam-pro/${weight}.css";`);

await rm(out, { recursive: true, force: true });
const result = await build({
  stdin: {
    contents: [...imports, `@import "./minhbach_site/static/site.css";`].join("\n"),
    loader: "css",
    resolveDir: ".",
    sourcefile: "site.css",
  },
  bundle: true,
  minify: true,
  outdir: out,
  entryNames: "site-[hash]",
  assetNames: "[name]-[hash]",
  // Every browser that meets the site's CSS reads woff2.
  loader: { ".woff2": "file", ".woff": "empty" },
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const file of Object.keys(result.metafile.outputs)) {
  if (file.endsWith(".css")) manifest["site.css"] = path.basename(file);
}
await writeFile(path.join(out, "manifest.json"), JSON.stringify(manifest) + "\n");
