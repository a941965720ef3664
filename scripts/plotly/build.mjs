// Writes the bundle beside the other assets, and beside it the licences of everything in it: `make bundle`.
import { build } from "esbuild";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const assets = (name) => here(`../../dashboard/assets/${name}`);
const { version } = JSON.parse(await readFile(here("node_modules/plotly.js/package.json"), "utf8"));

const { metafile } = await build({
  absWorkingDir: here("."),
  entryPoints: ["entry.js"],
  outfile: assets("00-plotly.min.js"),
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  globalName: "Plotly",
  target: "es2016",
  banner: { js: `/* plotly.js v${version}, in part; licences: LICENSE-plotly.txt */` },
  footer: { js: "window.Plotly = Plotly;" },
  legalComments: "none",
  alias: { regl: "@plotly/regl" },
  define: { global: "window", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
  // The only style sheet in it is of tile maps, which no chart of ours is.
  loader: { ".css": "empty" },
});

// node_modules/@scope/name/… or node_modules/name/…, nested ones included.
const bundled = Object.entries(Object.values(metafile.outputs)[0].inputs)
  .filter(([path, { bytesInOutput }]) => bytesInOutput && !path.endsWith(".css"))
  .flatMap(([path]) => path.match(/^.*node_modules\/((@[^/]+\/)?[^/]+)/)?.[0] ?? []);
const licences = new Map();
for (const folder of [...new Set(bundled)].sort()) {
  const file = (await readdir(here(folder))).find((name) => /^licen[cs]e/i.test(name));
  const { name, version, license } = JSON.parse(await readFile(here(`${folder}/package.json`), "utf8"));
  licences.set(`${name} ${version} (${license})`, file ? (await readFile(here(`${folder}/${file}`), "utf8")).trim() : "");
}
const told = [...licences].map(([name, text]) => `${name}\n\n${text}`.trim());
const text = told.join(`\n\n${"-".repeat(80)}\n\n`).replace(/[ \t\r]+$/gm, "");
await writeFile(assets("LICENSE-plotly.txt"), text + "\n");
