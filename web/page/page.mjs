// The page: loads the program, gives it a canvas, input and the link's wishes, and takes away what hid it.

import { connectFiles, download } from './files.mjs';
import { Keys } from './keys.mjs';
import { Link } from './link.mjs';
import { load, Trouble } from './load.mjs';
import { Pointers } from './pointers.mjs';
import { Preferences } from './preferences.mjs';
import { Program } from './program.mjs';
import { InputQueue } from './queue.mjs';
import { Screen } from './screen.mjs';
import { Splash } from './splash.mjs';
import { Teller } from './teller.mjs';
import { Typing } from './typing.mjs';

// By ImGuiMouseCursor.
const cursorNames = [
  'default', 'text', 'move', 'ns-resize', 'ew-resize', 'nesw-resize', 'nwse-resize', 'pointer', 'wait', 'progress',
  'not-allowed',
];
const canvas = document.getElementById('stage');
const splash = new Splash();

try {
  await run();
} catch (error) {
  splash.trouble(error);
}

async function run() {
  const link = new Link();
  const preferences = new Preferences(link.theme);
  const teller = new Teller(document.getElementById('told'));
  let program;
  let screen;

  const module = await load((share) => splash.progress(share), {
    // What the program tells the page (web/page_calls.h).
    page: {
      share: (query) => shareLink(program, link, query),
      save: (name, text) => download(name, text),
      theme: (dark) => preferences.choose(dark),
      scenario: (name) => link.opened(name),
      cursor: (shape) => (canvas.style.cursor = cursorNames[shape] ?? 'default'),
      tell: (news) => teller.tell(news),
      mark: (name) => performance.mark(`raftarium:${name}`),
    },
    onAbort: (reason) => {
      screen?.stop();
      splash.trouble(new Trouble('Raftarium has stopped.', `This is a mistake in the program: ${reason}`));
    },
  });
  program = new Program(module);

  canvas.hidden = false;
  if (!program.start(preferences.dark, preferences.reducedMotion, preferences.mac)) {
    throw new Trouble(
      'This browser does not show WebGL 2.',
      'Raftarium draws with it. Turning hardware acceleration on in the settings may help, or another browser.',
    );
  }
  link.follow(program);
  screen = new Screen(canvas, program);
  const wake = () => screen.wake();
  const queue = new InputQueue();
  screen.addSource(() => queue.feed());
  const input = { program, screen, canvas, queue };
  const typing = new Typing({ ...input, field: document.getElementById('typed') });
  new Pointers({ ...input, tapped: (place) => typing.tapped(place) });
  new Keys(input);
  connectFiles(program, link, wake);
  addEventListener('hashchange', () => (link.followAgain(program), wake()));
  preferences.changed = () => {
    program.prefer(preferences.dark, preferences.reducedMotion);
    wake();
  };

  screen.start();
  performance.mark('raftarium:first-picture');
  splash.done();
  if (window === window.top) canvas.focus({ preventScroll: true });
  // For tests and for those who automate the page: see README.md.
  window.raftarium = Object.freeze({
    frame: () => program.frame(),
    regions: () => program.regions(),
  });
  keepForOffline();
}

async function shareLink(program, link, query) {
  const address = link.remember(query);
  try {
    await navigator.clipboard.writeText(address);
  } catch {
    program.say('This browser did not let the link be copied; it is in the address bar.', true);
  }
}

// After the first visit the page works without a network (sw.js). Not everywhere: a frame or a private window
// may refuse, and then the page works as it is.
function keepForOffline() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.register('sw.js').catch(() => {});
}
