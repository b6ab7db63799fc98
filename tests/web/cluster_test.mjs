// The cluster in the page: what a person does to it, and what it does then.

import assert from 'node:assert/strict';

export const name = 'cluster';

export const tests = {
  'a leader is elected within 3 s of the first paint': async ({ open, picture }) => {
    const lab = await open();
    await lab.leader();
    const [paint, leader] = await lab.page.evaluate(() =>
      ['first-paint', 'raftarium:leader'].map((entry) => performance.getEntriesByName(entry)[0].startTime));
    await picture(lab, 'page-first-election');
    console.log(`  first paint ${paint.toFixed(0)} ms, a leader ${(leader - paint).toFixed(0)} ms later`);
    assert.ok(leader - paint < 3000, `${leader - paint} ms`);
  },

  'crash the leader by a click, see a new term, step back to the old one': async ({ open, picture }) => {
    const lab = await open('?scenario=first_election&t=600000&paused');
    const before = await lab.frame();
    const leader = before.members.find((m) => m.role === 'leader');
    assert.ok(leader, 'the first election is over at 600 ms');

    await lab.click(`member.${leader.id}`);
    await lab.until('it is selected', ({ view, wanted }) => view.selected === wanted, leader.id);
    await picture(lab, 'page-selected');
    await lab.click('act.crash');
    await lab.until('it has crashed', ({ frame, wanted }) =>
      frame.members[wanted - 1].process === 'crashed', leader.id);
    await lab.play();
    const next = await lab.leader(leader.term);
    await lab.pause();
    assert.notEqual(next.id, leader.id);
    await picture(lab, 'page-new-term');

    // The line of the story that speaks of the crash leads to the moment after it; one step back is before it.
    await clickStory(lab, (line) => new RegExp(`S${leader.id}\\b.*crash`, 'i').test(line.what));
    await lab.until('it is just after the crash', ({ frame, wanted }) => frame.event === wanted + 1, before.event);
    await lab.click('transport.back');
    await lab.until('it is before the crash', ({ frame, wanted }) => frame.event === wanted, before.event);
    const after = await lab.frame();
    assert.equal(after.digest, before.digest);
    assert.equal(after.members[leader.id - 1].role, 'leader');
    assert.equal(after.members[leader.id - 1].term, leader.term);
    await picture(lab, 'page-stepped-back');
  },

  'the menu of a member crashes it too': async ({ open, picture }) => {
    const lab = await open('?t=600000&paused');
    await lab.click('member.2', { button: 'right' });
    await lab.until('the menu is open', ({ view }) => view.popup);
    await lab.page.waitForTimeout(100);
    await picture(lab, 'page-menu');
    await lab.click('menu.crash');
    await lab.until('it has crashed', ({ frame }) => frame.members[1].process === 'crashed');
  },

  'a drawn stroke parts the cluster, a click on the cut heals it': async ({ open, picture }) => {
    const lab = await open('?t=600000&paused');
    await lab.draw(await lab.strokeAround([4, 5]));
    const islands = await lab.until('there are two islands', ({ frame }) =>
      frame.islands.length === 2 && frame.islands);
    assert.deepEqual(islands.map((island) => [...island].sort()).sort(), [[1, 2, 3], [4, 5]]);
    await lab.page.mouse.move(20, 20);
    await picture(lab, 'page-partition');
    await lab.click('cut.0');
    await lab.until('there is one island', ({ frame }) => frame.islands.length === 1);
  },

  'acting in the past makes a branch and keeps the old future': async ({ open }) => {
    const lab = await open('?t=1200000&paused');
    const future = await lab.frame();
    await lab.press('Home');
    await lab.until('it is at the start', ({ frame }) => frame.event === 0);
    await lab.press('3');
    await lab.press('c');
    await lab.until('there is a second branch', ({ frame }) => frame.branches.length === 2);
    assert.match((await lab.view()).notice, /branch/i);
    await lab.click('branches');
    await lab.click('branch.0');
    await lab.press('End');
    await lab.until('it is where it was', ({ frame, wanted }) => frame.event === wanted, future.event);
    assert.equal((await lab.frame()).digest, future.digest);
  },

  '?scenario=split_brain shows two leaders': async ({ open, picture }) => {
    const lab = await open('?scenario=split_brain&t=2800000&paused');
    const frame = await lab.frame();
    assert.deepEqual([frame.title, frame.time_us], ['Split brain', 2800000]);
    assert.equal((await lab.view()).playing, false);
    const leaders = frame.members.filter((member) => member.role === 'leader');
    assert.deepEqual(leaders.map((leader) => leader.leads_minority).sort(), [false, true]);
    assert.notEqual(leaders[0].term, leaders[1].term);
    await picture(lab, 'page-split-brain');
  },
};

// Turns the wheel over the story until the line is in view, and clicks it.
async function clickStory(lab, is) {
  const { story } = await lab.frame();
  const at = story.findIndex(is);
  assert.notEqual(at, -1, `the story tells of it: ${story.map((line) => line.what).join(' | ')}`);
  const [left, bottom, width] = (await lab.regions()).properties; // what lies under the story
  await lab.page.mouse.move(left + width / 2, bottom - 60);
  for (let turns = 0; turns < 40; ++turns) {
    // The top of the story fades: the line must be well below it.
    const row = (await lab.regions())[`story.${at}`];
    if (row && row[1] > bottom - 260) break;
    const { pictures } = await lab.view();
    await lab.page.mouse.wheel(0, -240);
    await lab.until('the wheel has been seen', ({ view, wanted }) => view.pictures > wanted, pictures + 1);
  }
  await lab.click(`story.${at}`);
}
