// The service worker: without a network, and from one version to the next.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../web/serve.mjs';
import { small } from './browser.mjs';

export const name = 'offline';

export const tests = {
  'without a network it is there, and versions never mix': async ({ folder, context, lab, picture }) => {
    const copy = await mkdtemp(join(tmpdir(), 'raftarium-page-'));
    await cp(folder, copy, { recursive: true });
    const first = await serve(copy, 0);
    const origin = first.url;
    const port = first.address().port;
    const watched = await context(small, origin);
    try {
      const page = await lab(watched, origin, '?scenario=leader_crash&paused');
      await page.page.evaluate(() => navigator.serviceWorker.ready);
      await stop(first);

      await page.page.reload();
      await page.ready();
      assert.equal((await page.view()).scenario, 'leader_crash');
      await page.open('?scenario=split_brain&t=3000000&paused');
      assert.equal((await page.frame()).islands.length, 2);
      await picture(page, 'page-offline');

      // Another version is published: it is loaded as a whole while there is a network ...
      const [older, newer] = await publishAnother(copy);
      const second = await serve(copy, port);
      await page.page.reload();
      await page.ready();
      assert.deepEqual(await versionsLoaded(page), [newer]);
      await stop(second);
      // ... and without one the page is whole again, whichever version it is.
      await page.page.reload();
      await page.ready();
      const [kept, ...others] = await versionsLoaded(page);
      assert.ok([older, newer].includes(kept));
      assert.deepEqual(others, []);
      // The browser says by itself what it could not reach.
      const expected = /ERR_CONNECTION_REFUSED|ERR_FAILED|fetching the script/;
      watched.complaints = watched.complaints.filter((line) => !expected.test(line));
    } finally {
      await rm(copy, { recursive: true });
    }
  },
};

function stop(server) {
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
}

// Gives the version another name, in the names and in the texts.
async function publishAnother(folder) {
  const older = (await readdir(folder)).find((entry) => /^[0-9a-f]{16}$/.test(entry));
  const newer = older.replace(/./g, (digit) => (15 - parseInt(digit, 16)).toString(16));
  await rename(join(folder, older), join(folder, newer));
  for (const file of ['index.html', 'sw.js']) {
    const text = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), text.replaceAll(older, newer));
    await rm(join(folder, `${file}.br`));
    await rm(join(folder, `${file}.gz`));
  }
  return [older, newer];
}

// The version folders that the page has loaded anything from.
function versionsLoaded(lab) {
  return lab.page.evaluate(() => {
    const names = performance.getEntriesByType('resource').map((entry) => entry.name);
    return [...new Set(names.flatMap((one) => /[0-9a-f]{16}(?=\/)/.exec(one) ?? []))];
  });
}
