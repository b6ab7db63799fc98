// Debian's Chromium with a fresh profile and software rendering, and pages that are watched: a message on the
// console, an error, or a request to anywhere but the test's own server fails the test.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const flags = [
  '--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

// Software draws it quicker; for what nobody looks at.
export const small = { viewport: { width: 960, height: 600 } };

export function launch() {
  const executablePath = process.env.RAFTARIUM_CHROMIUM ?? places.find((place) => existsSync(place));
  if (!executablePath) {
    throw new Error(`no Chromium in ${places.join(', ')}: install chromium, or set RAFTARIUM_CHROMIUM`);
  }
  return chromium.launch({ executablePath, headless: true, args: flags });
}

// Opens a context whose pages are watched. `complaints` fills with what was wrong.
export async function watchedContext(browser, origin, settings = {}) {
  const viewport = { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport, colorScheme: 'dark', ...settings });
  const complaints = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().stack}`));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.replace(/^blob:/, '').startsWith(origin)) complaints.push(`request to elsewhere: ${url}`);
  });
  return { context, complaints };
}
