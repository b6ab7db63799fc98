// Puts the site together: node assemble.mjs --page FOLDER --program FOLDER --out FOLDER
//
// What a version of the page loads lies in a folder that is named after its content, so that it can be cached
// for good; beside it is what has a fixed name (index.html, the service worker, the manifest, the icons).
// Each file that compresses lies there twice more, as .gz and .br, for servers that send such files.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const { values: options } = parseArgs({
  options: { page: { type: 'string' }, program: { type: 'string' }, out: { type: 'string' } },
});
for (const name of ['page', 'program', 'out']) {
  if (!options[name]) {
    console.error(`assemble.mjs: --${name} FOLDER is missing`);
    process.exit(2);
  }
}

const page = (name) => readFileSync(join(options.page, name), 'utf8');
const sha256 = (data, encoding) => createHash('sha256').update(data).digest(encoding);

// Name -> content, of both kinds.
const versioned = new Map();
const fixed = new Map();

const wasm = readFileSync(join(options.program, 'raftarium.wasm'));
versioned.set('raftarium.wasm', wasm);
versioned.set('raftarium.js', readFileSync(join(options.program, 'raftarium.js')));
versioned.set('build.mjs', `export const wasmBytes = ${wasm.length};\n`);
for (const name of readdirSync(options.page).sort()) {
  if (name.endsWith('.mjs') || name.endsWith('.css')) versioned.set(name, page(name));
}

// The fixed files carry the version, and index.html the hash of its script, so the version covers their text too.
const templates = ['index.html', 'early.js', 'sw.js'];
const content = createHash('sha256');
for (const [name, data] of versioned) content.update(name).update(data);
for (const name of templates) content.update(page(name));
const version = content.digest('hex').slice(0, 16);

function fill(template, values) {
  return template.replace(/@([A-Z]+)@/g, (whole, name) => {
    if (!(name in values)) throw new Error(`assemble.mjs: nothing to put in the place of ${whole}`);
    return values[name];
  });
}

const early = page('early.js').trim();
const modules = [...versioned.keys()].filter((name) => name.endsWith('.mjs') || name === 'raftarium.js');
fixed.set('index.html', fill(page('index.html'), {
  VERSION: version,
  EARLY: early,
  MODULES: modules.map((name) => `<link rel="modulepreload" href="${version}/${name}">`).join('\n'),
  CSP: [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${sha256(early, 'base64')}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
}));
for (const name of readdirSync(options.page).sort()) {
  if (name.endsWith('.svg') || name.endsWith('.webmanifest')) fixed.set(name, page(name));
}
const files = [...fixed.keys(), ...[...versioned.keys()].map((name) => `${version}/${name}`)];
fixed.set('sw.js', fill(page('sw.js'), { VERSION: version, FILES: JSON.stringify(files, null, 2) }));

// Written aside and renamed: whoever serves the folder never sees half of it.
const aside = `${options.out}.new`;
rmSync(aside, { recursive: true, force: true });
mkdirSync(join(aside, version), { recursive: true });
const sizes = {};
function write(name, data) {
  const bytes = Buffer.from(data);
  const gzip = gzipSync(bytes, { level: 9 });
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(join(aside, name), bytes);
  if (gzip.length < bytes.length) writeFileSync(join(aside, `${name}.gz`), gzip);
  if (brotli.length < bytes.length) writeFileSync(join(aside, `${name}.br`), brotli);
  sizes[name] = { raw: bytes.length, gzip: gzip.length, brotli: brotli.length };
}
for (const [name, data] of versioned) write(`${version}/${name}`, data);
for (const [name, data] of fixed) write(name, data);
rmSync(options.out, { recursive: true, force: true });
renameSync(aside, options.out);

const total = { raw: 0, gzip: 0, brotli: 0 };
for (const size of Object.values(sizes)) {
  for (const kind of Object.keys(total)) total[kind] += size[kind];
}
const row = (name, ...columns) => {
  console.log(name.padEnd(16) + columns.map((column) => String(column).padStart(10)).join(''));
};
row('bytes', ...Object.keys(total));
row('raftarium.wasm', ...Object.values(sizes[`${version}/raftarium.wasm`]));
row('the whole page', ...Object.values(total));
