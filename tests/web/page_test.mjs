// The page around the program: first impression, trouble, sizes, colours, idleness, who cannot see.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { small } from './browser.mjs';

export const name = 'page';

export const tests = {
  'paused and untouched it draws nothing and costs nothing': async ({ context, origin, lab }) => {
    const watched = await context(small);
    await watched.context.addInitScript(() => {
      const ask = window.requestAnimationFrame.bind(window);
      window.asked = 0;
      window.requestAnimationFrame = (callback) => ((window.asked += 1), ask(callback));
    });
    const idle = await lab(watched, origin, '?t=600000&paused');
    const pictures = await idle.settled();
    const browser = await watched.context.newCDPSession(idle.page);
    await browser.send('Performance.enable');
    const spent = async () => {
      const { metrics } = await browser.send('Performance.getMetrics');
      return metrics.find((metric) => metric.name === 'ScriptDuration').value;
    };
    const asked = await idle.page.evaluate(() => window.asked);
    const before = await spent();
    await idle.page.waitForTimeout(2000);
    const used = (await spent()) - before;
    assert.equal(await idle.page.evaluate(() => window.asked), asked);
    assert.equal((await idle.view()).pictures, pictures);
    console.log(`  ${(used / 2 * 100).toFixed(2)} % of a core in script`);
    assert.ok(used < 0.02, `${used} s of script in 2 s`);

    await idle.page.mouse.move(300, 300);
    await idle.until('it wakes', ({ view, wanted }) => view.pictures > wanted, pictures);
    await idle.settled();
  },

  'as many pixels as the screen has, after every change of the window': async ({ open }) => {
    const lab = await open('?paused', { viewport: { width: 1000, height: 700 }, deviceScaleFactor: 2 });
    const size = () => lab.page.evaluate(() => {
      const canvas = document.getElementById('stage');
      return [canvas.clientWidth, canvas.clientHeight, canvas.width, canvas.height];
    });
    assert.deepEqual(await size(), [1000, 700, 2000, 1400]);
    await lab.page.setViewportSize({ width: 700, height: 1000 });
    await lab.until('the layout follows', ({ regions }) => regions.timeline && regions.stage[2] === 700);
    assert.deepEqual(await size(), [700, 1000, 1400, 2000]);
    const overflows = await lab.page.evaluate(() => document.scrollingElement.scrollWidth > innerWidth);
    assert.equal(overflows, false);
  },

  'colours and movement follow the system, the choice stays': async ({ open, picture }) => {
    const lab = await open('?t=600000&paused');
    assert.equal((await lab.view()).dark, true);
    await lab.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await lab.until('it is light and still', ({ view }) => !view.dark && view.reduced_motion);
    await lab.settled();
    await picture(lab, 'page-light');
    await lab.click('theme');
    await lab.until('it is dark', ({ view }) => view.dark);
    await lab.page.reload();
    await lab.ready();
    assert.equal((await lab.view()).dark, true);
    await lab.open('?paused&theme=light');
    assert.equal((await lab.view()).dark, false);
  },

  'a lost graphics context comes back with the same picture': async ({ open }) => {
    const lab = await open('?t=600000&paused', small);
    await lab.settled();
    const before = await lab.page.screenshot();
    await lab.page.evaluate(() => {
      window.card = document.getElementById('stage').getContext('webgl2').getExtension('WEBGL_lose_context');
      window.card.loseContext();
    });
    await lab.page.waitForTimeout(300);
    const { pictures } = await lab.view();
    await lab.page.evaluate(() => window.card.restoreContext());
    await lab.until('it draws again', ({ view, wanted }) => view.pictures > wanted, pictures);
    await lab.settled();
    assert.ok(before.equals(await lab.page.screenshot()), 'the picture is another one');
  },

  'what a link says wrong is told, the rest is done': async ({ open, picture }) => {
    const lab = await open('?scenario=brain_split&t=soon&paused');
    const { notice, scenario, playing } = await lab.view();
    assert.match(notice, /unknown scenario "brain_split".*first_election.*leader_crash.*split_brain/);
    assert.match(notice, /t is a time in microseconds.*"soon"/);
    assert.deepEqual([scenario, playing], ['first_election', false]);
    await picture(lab, 'page-unknown-scenario');
  },

  'what happens is told in words': async ({ open }) => {
    const lab = await open('', small);
    await lab.leader();
    await lab.pause();
    await lab.page.waitForTimeout(1200);
    const told = await lab.page.locator('#told[role=log][aria-live=polite] p').allTextContents();
    const frame = await lab.frame();
    const leader = frame.members.find((member) => member.role === 'leader');
    assert.match(told[0], /^First election\./);
    assert.ok(told.some((line) => line.includes(`S${leader.id} wins`)), told.join('\n'));
    for (const line of frame.story) {
      assert.equal(told.filter((one) => one.includes(`${line.what} ${line.why}`)).length, 1, line.what);
    }
    await lab.page.getByRole('application', { name: /Raftarium/ }).waitFor();
  },

  'before the program there is a picture of it, and trouble is told in words': async ({ context, origin, picture }) => {
    const watched = await context();
    const page = await watched.context.newPage();
    let letIn;
    const gate = new Promise((open) => (letIn = open));
    await page.route('**/raftarium.wasm', async (route) => {
      await gate;
      await route.abort();
    });
    await page.goto(origin, { waitUntil: 'commit' });
    await page.getByRole('heading', { name: 'Raftarium' }).waitFor();
    await page.getByRole('progressbar', { name: 'Loading' }).waitFor();
    await picture({ page }, 'page-loading');
    letIn();
    await page.getByRole('alert').getByText('The program could not be loaded.').waitFor();
    await picture({ page }, 'page-not-loaded');
    watched.complaints.length = 0; // the browser itself complains of the request that was cut off

    const tell = async (breakIt, words) => {
      const other = await watched.context.newPage();
      await other.addInitScript(breakIt);
      await other.goto(origin);
      await other.getByRole('alert').getByText(words).waitFor();
      await other.close();
    };
    await tell(() => (HTMLCanvasElement.prototype.getContext = () => null), 'This browser does not show WebGL 2.');
    await tell(() => delete window.WebAssembly, 'This browser does not run WebAssembly.');
  },

  'it works in a frame of another site': async ({ context, origin, lab }) => {
    const host = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html');
      const icon = '<link rel="icon" href="data:,">'; // or the browser asks for one
      response.end(`<!doctype html>${icon}<iframe src="${origin}?paused" width="900" height="600"></iframe>`);
    });
    await new Promise((listening) => host.listen(0, '127.0.0.1', listening));
    try {
      const watched = await context({}, 'http://');
      const page = await watched.context.newPage();
      await page.goto(`http://127.0.0.1:${host.address().port}/`);
      const frame = page.frames()[1];
      const framed = await lab({ page: frame }, origin);
      await framed.ready();
      assert.equal((await framed.frame()).members.length, 5);
    } finally {
      host.closeAllConnections();
      host.close();
    }
  },
};
