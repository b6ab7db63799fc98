// The page in a browser: node run.mjs [--only TEXT] PAGE
//
// PAGE is the folder of the site (build/wasm/page). Serves it on a free port of its own. Pictures go to
// build/pictures. The last line is "N passed, N failed".

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../../web/serve.mjs';
import { launch, watchedContext } from './browser.mjs';
import { Lab } from './lab.mjs';
import * as actions from './actions_test.mjs';
import * as cluster from './cluster_test.mjs';
import * as input from './input_test.mjs';
import * as page from './page_test.mjs';
import * as offline from './offline_test.mjs';
import * as queue from './queue_test.mjs';
import * as server from './server_test.mjs';
import * as touch from './touch_test.mjs';

const suites = [queue, server, cluster, actions, input, touch, page, offline];
const pictures = fileURLToPath(new URL('../../build/pictures/', import.meta.url));
const patienceMs = 45_000;

const args = process.argv.slice(2);
const only = args[0] === '--only' ? args.splice(0, 2)[1] : '';
if (args.length !== 1) {
  console.error('usage: node run.mjs [--only TEXT] PAGE');
  process.exit(2);
}
const folder = resolve(args[0]);
await mkdir(pictures, { recursive: true });

const browser = await launch();
const site = await serve(folder, 0);
let passed = 0;
let failed = 0;
for (const suite of suites) {
  for (const [title, test] of Object.entries(suite.tests)) {
    if (`${suite.name}: ${title}`.includes(only)) await run(suite.name, title, test);
  }
}
await browser.close();
site.closeAllConnections();
site.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

async function run(suite, title, test) {
  const opened = [];
  const started = Date.now();
  const tools = {
    browser,
    folder,
    origin: site.url,
    // A page of the site in a context of its own.
    open: (query, settings) => openLab(opened, query, settings),
    // The same in a context that is there, or in a frame.
    lab: async (watched, origin, query) => {
      const lab = new Lab(watched.page ?? (await watched.context.newPage()), origin);
      return query === undefined ? lab : lab.open(query);
    },
    // A picture of it, kept for people to look at.
    picture: (lab, name) => lab.page.screenshot({ path: `${pictures}${name}.png` }),
    context: async (settings, origin = site.url) => {
      const watched = await watchedContext(browser, origin, settings);
      opened.push(watched);
      return watched;
    },
  };
  let problem;
  try {
    await within(patienceMs, test(tools));
    const complaints = opened.flatMap((one) => one.complaints);
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  } catch (error) {
    problem = error;
    for (const [number, { context }] of opened.entries()) {
      const name = `failed-${suite}-${failed}-${number}.png`;
      await context.pages()[0]?.screenshot({ path: pictures + name, timeout: 5000 }).catch(() => {});
    }
  }
  await Promise.all(opened.map(({ context }) => context.close()));
  console.log(`${problem ? 'FAILED' : 'ok    '} ${suite}: ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (problem) {
    failed += 1;
    console.log(String(problem.stack).replace(/^/gm, '  '));
  } else {
    passed += 1;
  }
}

async function openLab(opened, query, settings) {
  const watched = await watchedContext(browser, site.url, settings);
  opened.push(watched);
  const lab = new Lab(await watched.context.newPage(), site.url);
  lab.complaints = watched.complaints;
  return lab.open(query);
}

function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
