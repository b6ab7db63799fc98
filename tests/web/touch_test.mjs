// A telephone: 390x844, three pixels for each, fingers.

import assert from 'node:assert/strict';

export const name = 'touch';

const telephone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, hasTouch: true, isMobile: true };

export const tests = {
  'a tap presses once, a rest asks for the menu': async ({ open, picture }) => {
    const lab = await open('?t=600000&paused', telephone);
    assert.deepEqual(await size(lab), { css: [390, 844], pixels: [1170, 2532] });
    await picture(lab, 'page-telephone');
    const { event } = await lab.frame();
    await lab.tap('transport.step');
    await lab.until('it is one event on', ({ frame, wanted }) => frame.event === wanted, event + 1);
    await lab.settled();
    assert.equal((await lab.frame()).event, event + 1);

    await lab.tap('member.5');
    await lab.until('it is selected', ({ view }) => view.selected === 5);
    await picture(lab, 'page-telephone-member');
    await lab.tap('act.crash');
    await lab.until('it has crashed', ({ frame }) => frame.members[4].process === 'crashed');

    const touch = await fingers(lab);
    await touch('touchStart', await lab.place('member.2'));
    await lab.until('the menu is open', ({ view }) => view.popup);
    await touch('touchEnd');
    await lab.settled();
    assert.equal((await lab.view()).popup, true);
    await picture(lab, 'page-telephone-menu');
    await lab.tap('menu.isolate');
    await lab.until('it is isolated', ({ frame }) => frame.islands.length === 2);
  },

  'a tap on a field brings the keyboard, and what it writes arrives': async ({ open, picture }) => {
    const lab = await open('?t=600000&paused', telephone);
    await lab.tap('more');
    await lab.until('the sheet is there', ({ regions }) => regions['more.palette']);
    await lab.tap('more.palette');
    await lab.until('the actions are there', ({ regions }) => regions['palette.field']);
    const focused = () => lab.page.evaluate(() => document.activeElement?.id);
    assert.notEqual(await focused(), 'typed');
    await lab.tap('palette.field');
    assert.equal(await focused(), 'typed');
    await lab.page.keyboard.insertText('light'); // as a keyboard on glass: no keys, only what they write
    await lab.until('it looks for that', ({ view }) => view.filter === 'light');
    await picture(lab, 'page-telephone-palette');
    await lab.until('the colours are offered', ({ regions }) => regions['palette.theme']);
    await lab.tap('palette.theme');
    await lab.until('it is light', ({ view }) => !view.dark);
    assert.notEqual(await focused(), 'typed');
  },

  'a finger scrolls the story and drags the playhead': async ({ open, picture }) => {
    const lab = await open('?t=1500000&paused', { ...telephone, deviceScaleFactor: 1 });
    await lab.tap('tab.story');
    await lab.settled();
    // The uppermost line of which all is to be seen: regions end where what is around them ends.
    const [line, before] = Object.entries(await lab.regions())
      .filter(([name, [, , , height]]) => /^story\.\d+$/.test(name) && height > 34)
      .sort(([, a], [, b]) => a[1] - b[1])[0];
    await picture(lab, 'page-telephone-story');
    const touch = await fingers(lab);
    const { properties, playhead, timeline } = await lab.regions();
    const at = { x: 195, y: properties[1] - 100 };
    const steps = [20, 40, 60, 80].map((by) => touch.bind(null, 'touchMove', { x: at.x, y: at.y + by }));
    // Without a rest between them, which would ask for the menu. It is still down: nothing glides on by itself.
    await Promise.all([touch('touchStart', at), ...steps.map((step) => step())]);
    await lab.until('it has moved with the finger', ({ regions, wanted }) =>
      regions[wanted.line]?.[1] > wanted.y + 60, { line, y: before[1] });
    await touch('touchEnd');

    const time = (await lab.frame()).time_us;
    const y = timeline[1] + timeline[3] / 2;
    await Promise.all([
      touch('touchStart', { x: playhead[0] + 3, y }),
      touch('touchMove', { x: playhead[0] - 60, y }),
      touch('touchMove', { x: playhead[0] - 90, y }),
    ]);
    await lab.until('time goes back', ({ frame, wanted }) => frame.time_us < wanted - 100000, time);
    await touch('touchEnd');
  },
};

function size(lab) {
  return lab.page.evaluate(() => {
    const canvas = document.getElementById('stage');
    return { css: [canvas.clientWidth, canvas.clientHeight], pixels: [canvas.width, canvas.height] };
  });
}

async function fingers(lab) {
  const browser = await lab.page.context().newCDPSession(lab.page);
  return (type, point) => browser.send('Input.dispatchTouchEvent', { type, touchPoints: point ? [point] : [] });
}
