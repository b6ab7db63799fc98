// Keys, wheel, clipboard and files.

import assert from 'node:assert/strict';
import { small } from './browser.mjs';

export const name = 'input';

const scenario = (title) => JSON.stringify({
  raftarium: 1, title, description: 'Three.', seed: 3, duration_ms: 1000, cluster: { members: 3 },
});

export const tests = {
  'the keyboard does what the pointer can': async ({ open, picture }) => {
    const lab = await open('?t=600000&paused');
    await lab.press('Space');
    await lab.until('it plays', ({ view }) => view.playing);
    await lab.press('Space');
    await lab.until('it is paused', ({ view }) => !view.playing);
    const { event } = await lab.frame();
    await lab.press('ArrowRight');
    await lab.until('it is one event on', ({ frame, wanted }) => frame.event === wanted, event + 1);
    await lab.press('ArrowLeft');
    await lab.until('it is back', ({ frame, wanted }) => frame.event === wanted, event);
    await lab.press('4');
    await lab.press('c');
    await lab.until('S4 has crashed', ({ frame }) => frame.members[3].process === 'crashed');
    // The key that writes R, wherever it lies; and the place of R where a key writes no Latin letter.
    await type(lab, 'r', 'KeyP');
    await lab.until('S4 is back', ({ frame }) => frame.members[3].process === 'running');
    await type(lab, 'с', 'KeyC');
    await lab.until('S4 has crashed again', ({ frame }) => frame.members[3].process === 'crashed');
    await type(lab, '?', 'Minus');
    await lab.until('the keys are shown', ({ view }) => view.popup);
    await lab.page.waitForTimeout(200);
    await picture(lab, 'page-help');
    await lab.press('Escape');
    await lab.until('they are gone', ({ view }) => !view.popup);
  },

  'Tab walks the controls, Enter presses them, Escape and Tab leave': async ({ open }) => {
    const lab = await open('?paused', small);
    await lab.press('Tab');
    const first = await lab.until('something has the focus', ({ view }) => view.focus);
    await lab.press('Tab');
    await lab.until('the focus moves on', ({ view, wanted }) => view.focus && view.focus !== wanted, first);
    await lab.press('Shift+Tab');
    await lab.until('it comes back', ({ view, wanted }) => view.focus === wanted, first);
    assert.equal(first, 'scenarios');
    await reach(lab, 'client');
    await lab.press('Enter');
    await lab.until('the client writes', ({ frame }) => frame.requests.length === 1);
    const prevented = await lab.page.evaluate(() => {
      const press = (key) => {
        const event = new KeyboardEvent('keydown', { key, code: key, bubbles: true, cancelable: true });
        document.getElementById('stage').dispatchEvent(event);
        return event.defaultPrevented;
      };
      return [press('Tab'), press('Escape'), press('Tab')];
    });
    assert.deepEqual(prevented, [true, true, false]);
  },

  'messages, links, records and what happened are reached and changed without the pointer': async ({ open }) => {
    const lab = await open('?scenario=split_brain&t=2200000&paused', { ...small, reducedMotion: 'reduce' });
    await lab.press('n');
    const message = await lab.until('N chooses a message', ({ frame, view }) =>
      view.message === frame.messages[0].id && view.message);
    await lab.press('ContextMenu');
    await lab.until('its menu', ({ regions }) => regions['menu.message.drop']);
    await lab.press('ArrowDown');
    await lab.until('its first row', ({ view }) => view.focus === 'menu.message.drop');
    await lab.press('Enter');
    await lab.until('it is dropped', ({ frame, wanted }) =>
      !frame.messages.some((m) => m.id === wanted), message);
    await lab.press('2');
    await lab.press('j');
    await lab.until('J chooses a link', ({ view }) => `${view.link}` === '2,1');
    await lab.press('x');
    await lab.until('X cuts one direction', ({ frame }) => JSON.stringify(frame.links_cut) === '[[2,1]]');
    await lab.press('f');
    await lab.until('F shows it large', ({ view }) => view.zoom > 1);
    await reach(lab, 'tab.disk');
    await lab.press('Enter');
    await lab.until('its disk', ({ frame }) => frame.disk?.member === 2);
    await reach(lab, 'disk.records');
    await lab.press('ArrowDown');
    await lab.until('the arrows choose a record', ({ frame, view }) =>
      view.record === `${frame.disk.records.at(-2).file}+${frame.disk.records.at(-2).offset}`);
    await lab.press('Enter');
    await lab.until('its menu', ({ regions }) => regions['menu.disk.damage']);
    await lab.press('ArrowDown');
    await lab.until('its first row', ({ view }) => view.focus === 'menu.disk.damage');
    await lab.press('Enter');
    await lab.until('a bit has flipped', ({ frame }) => frame.disk.damage !== '');
    await reach(lab, 'story');
    // It stands where it was left, if Tab has come by before.
    const { story } = await lab.frame();
    const line = (await lab.view()).story_line - 1;
    await lab.press('ArrowUp');
    await lab.until('the arrows go back', ({ view, wanted }) => view.story_line === wanted, line);
    await lab.press('Enter');
    await lab.until('it is at that moment', ({ frame, wanted }) => frame.event === wanted, story[line].event);
  },

  'an act is written in full': async ({ open, picture }) => {
    const lab = await open('?t=700000&paused', small);
    // Without a look at the screen: nothing that is typed is lost.
    await lab.page.keyboard.type('/every link set');
    await lab.press('Enter');
    await lab.page.keyboard.type('25');
    await lab.press('Tab');
    await lab.press('Tab');
    await lab.page.keyboard.type('12.5');
    await lab.until('it is written', ({ view }) => view.form?.latency === '25' && view.form.loss === '12.5');
    await picture(lab, 'page-form');
    await lab.press('Enter');
    await lab.until('every link is as written', ({ frame, view }) => !view.popup
      && frame.links.every((link) => link.latency_min_us === 25000 && link.loss_per_million === 125000));
  },

  'the link is copied with the moment': async ({ open }) => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const lab = await open('?scenario=leader_crash&t=900000&paused&theme=light', { ...small, permissions });
    await lab.click('share');
    await lab.until('it says so', ({ view }) => /copied/.test(view.notice));
    const copied = await lab.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, `${lab.origin}?scenario=leader_crash&t=900000&paused&theme=light`);
    assert.equal(lab.page.url(), copied);
  },

  'a session is shared with what was done in it, and opens where it was': async ({ open }) => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const lab = await open('?scenario=first_election&t=1000000&paused', { ...small, permissions });
    const leader = await lab.leader();
    await lab.page.keyboard.press(`${leader.id}`);
    await lab.until('it is selected', ({ view, wanted }) => view.selected === wanted, leader.id);
    await lab.page.keyboard.press('c');
    await lab.until('it has crashed', ({ frame, wanted }) =>
      frame.members[wanted - 1].process === 'crashed', leader.id);
    for (let i = 0; i < 5; i += 1) await lab.page.keyboard.press('ArrowRight');
    await lab.settled();
    await lab.click('share');
    await lab.until('it says so', ({ view }) => /copied/.test(view.notice));
    const copied = await lab.page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /#s=[\w-]+$/);
    assert.ok(copied.length < 2000, `${copied.length} characters`);
    const { digest, event, time_us: time } = await lab.frame();

    const friend = await open(copied.slice(lab.origin.length), small);
    await friend.until('it is where it was shared', ({ frame, wanted }) => frame.event === wanted, event);
    const theirs = await friend.frame();
    assert.deepEqual([theirs.digest, theirs.time_us], [digest, time]);
    assert.equal((await friend.view()).playing, false);
    await friend.page.keyboard.press('ArrowLeft');
    await friend.until('they step back', ({ frame, wanted }) => frame.event === wanted - 1, event);

    // Into a page that is open: in the address, cut short, and pasted.
    const fragment = copied.slice(copied.indexOf('#'));
    await friend.page.evaluate(() => { location.hash = '#s=AAAA'; });
    await friend.until('a bad one is told', ({ view }) => /link:/.test(view.notice));
    assert.equal((await friend.frame()).event, event - 1);
    await friend.page.evaluate((shared) => { location.hash = shared; }, fragment);
    await friend.until('the address is followed', ({ frame, wanted }) => frame.event === wanted, event);
    const other = await open('?scenario=split_brain&paused', small);
    await other.page.evaluate((text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    }, `${copied}\n`);
    await other.until('a pasted link opens', ({ frame, wanted }) => frame.digest === wanted, digest);
    assert.equal(await other.page.evaluate(() => location.hash), fragment);
    const earlier = await open(`?t=500000&paused${fragment}`, small);
    await earlier.until('a time beside it counts', ({ frame }) => frame.time_us === 500000);

    const broken = await open(`${copied.slice(lab.origin.length, -9)}`, small);
    await broken.until('a link that was cut is told', ({ view }) => /link:/.test(view.notice));
  },

  'a dropped file is opened, and its text stays text': async ({ open }) => {
    const lab = await open('?paused', small);
    const title = '<img src=x onerror="document.title=`taken over`">';
    await drop(lab, 'mine.json', scenario(title));
    await lab.until('it is open', ({ frame, wanted }) => frame.title === wanted, title);
    assert.equal((await lab.frame()).members.length, 3);
    await lab.page.waitForTimeout(1200); // the live region speaks
    assert.ok((await lab.page.locator('#told').textContent()).includes(title));
    assert.equal(await lab.page.locator('#told img').count(), 0);
    assert.equal(await lab.page.title(), 'mine · Raftarium');
    assert.equal(await lab.page.locator('#drop').isVisible(), false);

    await drop(lab, 'broken.json', '{"raftarium": 1,\n"title"');
    await lab.until('it says what is wrong', ({ view }) => /broken\.json:2/.test(view.notice));
    await drop(lab, 'large.json', ' '.repeat(2_000_000));
    await lab.until('it says how large', ({ view }) => /large\.json.*2000000/.test(view.notice));
    assert.equal((await lab.frame()).title, title);
  },
};

// A key on another keyboard: what it writes, and where it lies.
function type(lab, key, code) {
  return lab.page.evaluate(([written, place]) => {
    for (const kind of ['keydown', 'keyup']) {
      window.dispatchEvent(new KeyboardEvent(kind, { key: written, code: place, bubbles: true, cancelable: true }));
    }
  }, [key, code]);
}

// Tab, until what has this name has the keyboard.
async function reach(lab, name) {
  for (let i = 0; i < 90; ++i) {
    const { focus } = await lab.view();
    if (focus === name) return;
    await lab.press('Tab');
    await lab.until('the focus moves', ({ view, wanted }) => view.focus !== wanted, focus);
  }
  assert.fail(`Tab does not come to ${name}`);
}

function drop(lab, name, text) {
  return lab.page.evaluate(([fileName, content]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], fileName, { type: 'application/json' }));
    for (const kind of ['dragenter', 'dragover', 'drop']) {
      const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
      document.getElementById('stage').dispatchEvent(event);
    }
  }, [name, text]);
}
