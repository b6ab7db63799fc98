// Everything that can be done through the interface, done once in the page and asserted on the engine's state. Each
// act is undone after it, which leads back to the digest before it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { small } from './browser.mjs';

export const name = 'actions';

export const tests = {
  'a member is crashed, paused, timed out, isolated': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=600000&paused', small);
    await select(lab, 2);
    await does(lab, 'C crashes', press(lab, 'c'), ({ frame }) => frame.members[1].process === 'crashed');
    await does(lab, 'a button pauses', click(lab, 'act.pause'), ({ frame }) => frame.members[1].process === 'paused');
    await does(lab, 'T runs out its timer', press(lab, 't'), ({ frame }) =>
      frame.members[1].role.includes('candidate'));
    await does(lab, 'I isolates', press(lab, 'i'), ({ frame }) => frame.islands.some((one) => `${one}` === '2'));
    await lab.press('c');
    await lab.until('it has crashed', ({ frame }) => frame.members[1].process === 'crashed');
    await does(lab, 'R restarts', press(lab, 'r'), ({ frame }) => frame.members[1].process === 'running');
  },

  'leadership is handed over': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=600000&paused', small);
    await select(lab, (await lab.leader()).id);
    const handed = ({ frame }) => frame.messages.some((message) => message.type === 'MsgTimeoutNow');
    await does(lab, 'L hands over', press(lab, 'l'), handed);
    await does(lab, 'a button hands over', click(lab, 'act.transfer'), handed);
  },

  'a link is cut at one end, by its menu, by keys; it is slow, lossy, and says things twice': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=600000&paused', small);
    const cut = ({ frame }) => JSON.stringify(frame.links_cut) === '[[1,2]]';
    await does(lab, 'a click cuts one direction', click(lab, 'link.1.2'), cut);
    await does(lab, 'its menu cuts it', menu(lab, 'link.1.2', 'link.cut'), cut);
    const link = 'frame.links.find((one) => one.from === 1 && one.to === 2)';
    await does(lab, 'slow', menu(lab, 'link.1.2', 'link.slow'), `({ frame }) => ${link}.latency_min_us === 100000`);
    await does(lab, 'lossy', menu(lab, 'link.1.2', 'link.lossy'), `({ frame }) => ${link}.loss_per_million > 0`);
    await does(lab, 'twice', menu(lab, 'link.1.2', 'link.twice'), `({ frame }) => ${link}.duplicate_per_million > 0`);
    await does(lab, 'old ones', menu(lab, 'link.1.2', 'link.replay'), `({ frame }) => ${link}.replay_per_million > 0`);
    await does(lab, 'clogged', menu(lab, 'link.1.2', 'link.clog'), `({ frame }) => ${link}.clogged`);
    await does(lab, 'reordering', menu(lab, 'link.1.2', 'link.reorder'),
      `({ frame }) => ${link}.latency_mean_us === 100000`);
    await lab.click('link.1.2');
    await lab.until('it is cut', ({ frame }) => frame.links_cut.length === 1);
    await does(lab, 'its menu heals it', menu(lab, 'link.1.2', 'link.heal'), ({ frame }) =>
      frame.links_cut.length === 0);
    await lab.press('u');
    await lab.until('it is whole again', ({ frame }) => frame.links_cut.length === 0);
    const network = (...rows) => async () => {
      const [x, y, , height] = (await lab.regions()).stage;
      await lab.page.mouse.click(x + 12, y + height - 12, { button: 'right' });
      for (const row of rows) await lab.click(`menu.${row}`);
    };
    await does(lab, 'parted at random', network('partition'), ({ frame }) => frame.islands.length === 2);
    await does(lab, 'a nemesis strikes', network('nemesis'), ({ frame }) =>
      frame.story.at(-1).what.startsWith('A nemesis begins'));
    await does(lab, 'every link loses', network('every_link', 'links.lossy'), ({ frame }) =>
      frame.links.every((one) => one.loss_per_million > 0));
    await does(lab, 'every disk fails by chance', network('every_disk', 'disks.sync_error'), ({ frame }) =>
      frame.members.every((one) => one.sync_error_per_million > 0));
    await select(lab, 3);
    await does(lab, 'X and a number', async () => (await lab.press('x'), await lab.press('4')), ({ frame }) =>
      frame.links_cut.length === 2);
  },

  'a member is dragged, and across a cut it joins the others': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=600000&paused');
    await select(lab, 3);
    await lab.press('i');
    await lab.until('it is isolated', ({ frame }) => frame.islands.length === 2);
    const { digest } = await lab.frame();
    const from = await lab.place('member.3');
    await lab.draw([from, { x: from.x + 24, y: from.y + 10 }]);
    await lab.until('it stands elsewhere', ({ regions, wanted }) => regions['member.3'][0] > wanted + 5,
      (from.x - 24));
    assert.equal((await lab.frame()).digest, digest);
    await does(lab, 'it joins the others', async () =>
      lab.draw([await lab.place('member.3'), await lab.place('stage')]), ({ frame }) => frame.islands.length === 1);
  },

  'clients write, read in three ways, swap, delete, and are busy': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=1200000&paused', small);
    await select(lab, (await lab.leader()).id);
    const asked = ({ frame, wanted }) => frame.requests.at(-1).text.includes(wanted) && frame.requests.length === 2;
    await does(lab, 'P writes', press(lab, 'p'), asked, 'put');
    await does(lab, 'a button writes', click(lab, 'act.propose'), asked, 'put');
    await does(lab, 'the client writes', click(lab, 'client'), asked, 'put');
    const ways = {
      put: 'put', put_bare: 'put', read: '(linearizable)', read_lease: '(lease)', read_local: '(serializable)',
      swap: 'swap', delete: 'delete',
    };
    for (const [row, text] of Object.entries(ways)) {
      await does(lab, `asked: ${row}`, menu(lab, 'act.ask', `client.${row}`, 'left'), asked, text);
    }
    await does(lab, 'five clients', menu(lab, 'act.ask', 'client.load', 'left'), ({ frame }) =>
      /^5 clients begin/.test(frame.story.at(-1).what));
  },

  'a disk goes wrong': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=1200000&paused', small);
    await select(lab, 4);
    const disk = (row) => menu(lab, 'act.disk', `disk.${row}`, 'left');
    await does(lab, 'slow syncs', disk('slow'), ({ frame }) => frame.members[3].sync_min_us > 0);
    await does(lab, 'a full disk', disk('full'), ({ frame }) => frame.members[3].disk_full);
    await does(lab, 'syncs that lie', disk('lie'), ({ frame }) => frame.members[3].syncs_lie);
    await does(lab, 'flaky', disk('flaky'), ({ frame }) => frame.members[3].short_write_per_million > 0);
    const deeper = (page, row) => async () => {
      for (const name of ['act.disk', `menu.disk.${page}`, `menu.disk.${page}.${row}`]) await lab.click(name);
    };
    await does(lab, 'reads fail by chance', deeper('chance', 'read_error'), ({ frame }) =>
      frame.members[3].read_error_per_million === 50000);
    const next = (call) => `({ frame }) => frame.members[3].next_faults.join() === '${call}: input/output error'`;
    await does(lab, 'a read fails once', deeper('once', 'read'), next('read'));
    await does(lab, 'a snapshot', disk('snapshot'), ({ frame }) => frame.members[3].snapshot > 1);
    await does(lab, 'a power failure', disk('tear'), ({ frame }) => frame.members[3].process === 'crashed');
    await does(lab, 'killed', disk('kill'), ({ frame }) => frame.members[3].process === 'crashed');
    await does(lab, 'a failing sync', disk('fail_sync'), next('sync'));
    await does(lab, 'a failing write', disk('fail_write'), next('write'));
    await lab.press('c');
    await lab.until('it has crashed', ({ frame }) => frame.members[3].process === 'crashed');
    await does(lab, 'a new disk', disk('wipe'), ({ frame }) => frame.members[3].term === 0);
  },

  'a clock goes wrong': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=1200000&paused', small);
    await select(lab, 4);
    const clock = (row) => menu(lab, 'act.clock', `clock.${row}`, 'left');
    await does(lab, 'a fast clock', clock('fast'), ({ frame }) => frame.members[3].drift_ppm > 0);
    await does(lab, 'a slow clock', clock('slow'), ({ frame }) => frame.members[3].drift_ppm < 0);
    await does(lab, 'a clock that stands', clock('stop'), ({ frame }) => frame.members[3].drift_ppm === -1000000);
    await does(lab, 'a jump', clock('jump'), ({ frame }) => frame.members[3].role !== 'follower');
    const process = (row) => menu(lab, 'act.clock', `process.${row}`, 'left');
    await does(lab, 'a slow process', process('slow'), ({ frame }) => frame.members[3].step_us > 0);
    await does(lab, 'a stalling process', process('stall'), ({ frame }) => frame.members[3].stall_per_million > 0);
  },

  'a record is damaged': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=1200000&paused');
    await select(lab, 4);
    await lab.click('tab.disk');
    const record = await lab.until('its disk is shown', ({ frame }) => frame.disk?.records.at(-1));
    await lab.click(`disk.record.${record.file}+${record.offset}`);
    await does(lab, 'a bit flips', click(lab, 'act.disk.damage'), ({ frame }) => frame.disk.damage !== '');
    await does(lab, 'a sector is lost', click(lab, 'act.disk.zero'), ({ frame }) => frame.disk.damage !== '');
  },

  'a member is removed, learns, votes and learns again': async ({ open }) => {
    const lab = await open('?scenario=first_election&t=600000&paused', small);
    const leader = (await lab.leader()).id;
    const one = leader === 1 ? 2 : 1;
    await select(lab, one);
    await does(lab, 'proposed', menu(lab, 'act.members', 'members.remove', 'left'), ({ frame, wanted }) =>
      frame.members[wanted - 1].log.at(-1).text.startsWith('config'), leader);
    await change(lab, 'remove', 'removed', (c) => !c.voters.includes(one));
    await change(lab, 'add_learner', 'a learner', (c) => c.learners.includes(one));
    await change(lab, 'promote', 'a voter', (c) => c.voters.includes(one));
    await change(lab, 'demote', 'a learner again', (c) => c.learners.includes(one));
  },

  'one member replaces another, and both halves are seen': async ({ open, picture }) => {
    const lab = await open('?scenario=first_election&t=600000&paused', small);
    const leader = (await lab.leader()).id;
    const [one, other] = [1, 2, 3, 4, 5].filter((id) => id !== leader);
    await select(lab, one);
    await change(lab, 'demote', 'a learner', (c) => c.learners.includes(one));
    await select(lab, other);
    await change(lab, `joint.${one}`, 'both halves', (c) =>
      c.voters_outgoing.includes(other) && c.voters.includes(one));
    await lab.place('joint.label');
    await picture(lab, 'page-joint');
    await change(lab, 'leave', 'the new half', (c) => c.voters_outgoing.length === 0 && !c.voters.includes(other));
    await change(lab, 'add', 'a voter once more', (c) => c.voters.includes(other));
  },

  'what stands behind: rules, causes, stores side by side': async ({ open }) => {
    const lab = await open('?scenario=leader_crash&t=2000000&paused');
    await lab.click('story.rules');
    await lab.until('the rules', ({ view, frame }) =>
      view.rules && frame.story.some((line) => line.rule.includes('§')));
    await lab.press('w');
    await lab.until('no rules', ({ view }) => !view.rules);
    await lab.click('tab.space_time');
    const [x, , width] = await lab.until('the diagram', ({ regions }) => regions.space_time);
    await lab.page.mouse.move(x + width * 0.85, (await lab.place('line.2')).y);
    await lab.until('what led to this moment', ({ view }) => view.led_to > 0);
    await palette(lab, 'stores side by side', 'stores');
    const key = (await lab.leader()).store[0].split('=')[0];
    await lab.until('the value of each member', ({ frame, regions, wanted }) =>
      frame.members.every((m) => regions[`store.${m.id}.${wanted}`]), key);
    await lab.click('clients.requests');
    await lab.until('points', ({ regions }) => Object.keys(regions).some((region) => region.startsWith('point.')));
  },

  'a message is dropped, delayed, duplicated, delivered': async ({ open }) => {
    const lab = await open('?scenario=split_brain&t=2200000&paused', { ...small, reducedMotion: 'reduce' });
    const halfway = ({ frame }) => frame.messages.find((m) => !m.doomed && m.travelled > 0.3 && m.travelled < 0.7);
    for (;;) {
      const frame = await lab.frame();
      if (halfway({ frame })) break;
      await lab.press('ArrowRight');
      await lab.until('one event on', ({ frame: now, wanted }) => now.event > wanted, frame.event);
    }
    const message = halfway({ frame: await lab.frame() });
    await lab.click(`message.${message.id}`);
    await lab.until('it is chosen', ({ view, wanted }) => view.message === wanted, message.id);
    const act = (row) => click(lab, `act.message.${row}`);
    await does(lab, 'dropped', act('drop'), ({ frame, wanted }) =>
      !frame.messages.some((m) => m.id === wanted), message.id);
    await does(lab, 'delayed', act('delay'), ({ frame, wanted }) =>
      frame.messages.find((m) => m.id === wanted[0]).deliver_us > wanted[1], [message.id, message.deliver_us]);
    await does(lab, 'duplicated', act('duplicate'), ({ frame, wanted }) => frame.messages.length === wanted + 1,
      (await lab.frame()).messages.length);
    await does(lab, 'delivered', menu(lab, `message.${message.id}`, 'message.deliver'), ({ frame, wanted }) =>
      frame.messages.some((m) => m.id === wanted && m.deliver_us <= frame.time_us), message.id);
  },

  'time goes to the next message, election, commit, violation, and stops at breakpoints': async ({ open }) => {
    const lab = await open('?scenario=lying_sync&paused', small);
    await lab.press('m');
    await lab.until('a message has arrived', ({ frame }) => frame.event > 0);
    await lab.press('e');
    const event = await lab.until('an election', ({ frame }) =>
      frame.members.some((m) => m.role === 'leader') && frame.event);
    await lab.press('k');
    await lab.until('a commit', ({ frame, wanted }) => frame.event > wanted, event);
    await lab.press('v');
    await lab.until('a violation', ({ frame }) => frame.properties.some((property) => !property.holds));
    await palette(lab, 'stop when leader elected', 'stop.leader');
    await lab.until('a breakpoint is set', ({ view }) => view.breakpoints === 1);
    await lab.press('Home');
    await lab.until('the beginning', ({ frame }) => frame.event === 0);
    await lab.press('Space');
    await lab.until('it stops at the election', ({ frame, view, wanted }) =>
      !view.playing && frame.event === wanted, event);
    await palette(lab, 'do not stop leader elected', 'stop.leader');
    await lab.press('s');
    await lab.until('slow motion', ({ view }) => view.slow_motion);
    await lab.press('Home');
    await lab.press('Space');
    await lab.until('it lingers at the election', ({ view }) => view.lingers);
  },

  'two branches are compared, one is forgotten': async ({ open, picture }) => {
    const lab = await open('?scenario=first_election&t=1200000&paused');
    await lab.press('Home');
    await lab.press('3');
    await lab.press('c');
    const branch = await lab.until('a branch', ({ frame }) => frame.branch);
    await lab.press('e');
    await lab.leader();
    await lab.press('b');
    await lab.click('branch.compare.0');
    const told = await lab.until('they are compared', ({ view, regions }) =>
      regions['comparison.close'] && view.comparison);
    assert.deepEqual([told.diverge, told.a, told.b], [true, branch, 0]);
    await picture(lab, 'page-comparison');
    await lab.click('comparison.close');
    await lab.until('it is closed', ({ view }) => !view.popup);
    await lab.press('b');
    await lab.click('branch.0');
    await lab.until('the first branch', ({ frame, view }) => frame.branch === 0 && !view.popup);
    await lab.press('b');
    await lab.click(`branch.rename.${branch}`);
    await lab.until('a field for the name', ({ regions, wanted }) => regions[`branch.name.${wanted}`], branch);
    await lab.page.keyboard.type('with a crash');
    await lab.press('Enter');
    await lab.until('it has its name', ({ frame }) => frame.branches.some(({ name }) => name === 'with a crash'));
    await lab.click(`branch.delete.${branch}`);
    await lab.until('it is forgotten', ({ frame }) => frame.branches.length === 1);
  },

  'the gallery is the empty state': async ({ open, picture }) => {
    const lab = await open('?gallery');
    const { frame, regions } = await lab.until('there are scenarios', ({ frame: shown, regions: all }) =>
      all['scenario.split_brain'] && { frame: shown, regions: all });
    assert.equal(frame, null);
    assert.ok(Object.keys(regions).filter((region) => region.startsWith('scenario.')).length >= 12);
    await picture(lab, 'page-gallery');
    await lab.click('scenario.split_brain');
    await lab.until('it is open', ({ view }) => view.scenario === 'split_brain');
    await lab.press('g');
    await lab.click('scenario.first_election');
    await lab.until('another is open', ({ view }) => view.scenario === 'first_election' && !view.popup);
  },

  'the stage is enlarged and moved': async ({ open }) => {
    const lab = await open('?t=600000&paused', small);
    const whole = (await lab.regions())['member.2'];
    await lab.press('PageUp');
    await lab.until('PageUp enlarges', ({ view }) => view.zoom > 1);
    await lab.press('Control+ArrowRight');
    await lab.until('Ctrl and an arrow move', ({ view }) => view.pan[0] < 0);
    await lab.press('0');
    await lab.until('it is whole', ({ view, regions, wanted }) =>
      view.zoom === 1 && `${regions['member.2']}` === `${wanted}`, whole);
    const { x, y } = await lab.place('stage');
    await lab.page.mouse.move(x, y);
    await lab.page.mouse.wheel(0, -200);
    const before = await lab.until('the wheel enlarges', ({ view }) => view.zoom > 1.2 && view.pan);
    await lab.page.keyboard.down('Shift');
    await lab.draw([{ x, y: y + 20 }, { x: x - 30, y }]);
    await lab.page.keyboard.up('Shift');
    await lab.until('Shift and a drag move', ({ view, wanted }) => `${view.pan}` !== `${wanted}`, before);
  },

  'the diagram is downloaded as SVG, the story and the session too': async ({ open }) => {
    const lab = await open('?scenario=leader_crash&t=900000&paused');
    await lab.click('tab.space_time');
    const download = async (act) => {
      const coming = lab.page.waitForEvent('download');
      await act();
      const file = await coming;
      return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
    };
    const [diagramName, diagram] = await download(click(lab, 'space_time.export'));
    assert.equal(diagramName, 'leader_crash.svg');
    assert.match(diagram, /^<svg[^]*leads term[^]*<\/svg>\s*$/);
    await lab.until('it says so', ({ view }) => view.notice === 'Saved leader_crash.svg to the downloads');
    const [, again] = await download(() => palette(lab, 'export space-time', 'export.svg'));
    assert.equal(again, diagram);
    const [storyName, story] = await download(() => palette(lab, 'export story', 'export.markdown'));
    assert.equal(storyName, 'leader_crash.md');
    assert.match(story, /wins term/);
    const { digest } = await lab.frame();
    const [, session] = await download(() => palette(lab, 'export session', 'export.session'));
    await lab.press('Home');
    await lab.until('the beginning', ({ frame }) => frame.event === 0);
    await lab.page.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], 'session.json'));
      document.getElementById('stage').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }, session);
    await lab.until('the session is where it was', ({ frame, wanted }) => frame.digest === wanted, digest);
  },
};

const click = (lab, region) => () => lab.click(region);
const press = (lab, key) => () => lab.press(key);

// Opens a menu at a region and chooses a row.
const menu = (lab, opener, row, button = 'right') => async () => {
  await lab.click(opener, { button });
  await lab.click(`menu.${row}`);
};

// A change of the configuration by the menu of the selected member, and on to its commit. What commits next need not
// be the change.
async function change(lab, row, what, holds) {
  const { event: before } = await lab.frame();
  await menu(lab, 'act.members', `members.${row}`, 'left')();
  await lab.until(`proposed: ${what}`, ({ frame, wanted }) => frame.event > wanted, before);
  for (let tries = 0; tries < 8; ++tries) {
    const { event } = await lab.frame();
    await lab.press('k');
    await lab.until(`a commit: ${what}`, ({ frame, wanted }) => frame.event > wanted, event);
    if (holds((await lab.frame()).configuration)) return;
  }
  assert.fail(`${what}: ${JSON.stringify((await lab.frame()).configuration)}`);
}

async function select(lab, id) {
  await lab.press(`${id}`);
  await lab.until('it is selected', ({ view, wanted }) => view.selected === wanted, id);
}

async function does(lab, what, act, holds, wanted) {
  const { event, digest } = await lab.frame();
  await act();
  await lab.until(what, `(all) => all.frame.event !== all.wanted[0] && (${holds})({ ...all, wanted: all.wanted[1] })`,
    [event, wanted]);
  await lab.press('u');
  await lab.until(`undone: ${what}`, ({ frame, wanted: before }) => frame.digest === before, digest);
}

// Performs an action of the command palette, found by its words.
async function palette(lab, words, action) {
  await lab.until('no pop-up is open', ({ view }) => !view.popup);
  await lab.press('/');
  await lab.until('the palette is open', ({ regions }) => regions['palette.field']);
  await lab.page.keyboard.type(words);
  await lab.until('it is found', ({ view, regions, wanted: [filter, row] }) =>
    view.filter === filter && regions[`palette.${row}`], [words, action]);
  await lab.click(`palette.${action}`);
  await lab.until('the palette is closed', ({ regions }) => !regions['palette.field']);
}
