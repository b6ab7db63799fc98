// Lab: the page as a person uses it. Looks through window.raftarium, acts with pointer, fingers and keys.

const patienceMs = 12_000;

export class Lab {
  constructor(page, origin) {
    this.page = page;
    this.origin = origin;
  }

  async open(query = '') {
    await this.page.goto(this.origin + query);
    await this.ready();
    return this;
  }

  async ready() {
    await this.#poll('window.raftarium !== undefined');
  }

  frame() {
    return this.page.evaluate(() => window.raftarium.frame().frame);
  }

  view() {
    return this.page.evaluate(() => window.raftarium.frame().view);
  }

  regions() {
    return this.page.evaluate(() => window.raftarium.regions());
  }

  // Waits until `holds({frame, view, regions, wanted})`, which runs in the page, and returns what it returned.
  async until(what, holds, wanted) {
    const facts = '{ ...raftarium.frame(), regions: raftarium.regions(), wanted }';
    const test = `((wanted) => (${holds})(${facts}))(${JSON.stringify(wanted ?? null)})`;
    try {
      return await this.#poll(test);
    } catch (error) {
      const { time_us: time, event, members } = await this.frame();
      const state = members.map((m) => `S${m.id} ${m.process} ${m.role} term ${m.term}`).join(', ');
      const view = JSON.stringify(await this.view());
      const message = `waited in vain until ${what}; at ${time} us, event ${event}: ${state}; ${view}`;
      throw new Error(message, { cause: error });
    }
  }

  // Asked from here again and again: the page's Content-Security-Policy lets nothing be evaluated in it later.
  async #poll(expression) {
    for (const end = Date.now() + patienceMs; ;) {
      const value = await this.page.evaluate(expression);
      if (value) return value;
      if (Date.now() > end) throw new Error(`${expression} stayed ${value}`);
      await this.page.waitForTimeout(40);
    }
  }

  leader(above = 0) {
    return this.until(`there is a leader of a term above ${above}`, ({ frame, wanted }) =>
      frame.members.find((m) => m.role === 'leader' && m.process === 'running' && m.term > wanted), above);
  }

  member(id) {
    return this.frame().then((frame) => frame.members.find((m) => m.id === id));
  }

  // The middle of a region, once it is there.
  async place(name) {
    const [x, y, width, height] = await this.until(`there is a region ${name}`, ({ view, regions, wanted }) =>
      view.drawn && regions[wanted], name);
    return { x: x + width / 2, y: y + height / 2 };
  }

  async click(name, options) {
    const { x, y } = await this.place(name);
    await this.page.mouse.click(x, y, options);
  }

  async tap(name) {
    const { x, y } = await this.place(name);
    await this.page.touchscreen.tap(x, y);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  async pause() {
    if (!(await this.view()).playing) return;
    await this.click('transport.play');
    await this.until('it is paused', ({ view }) => !view.playing);
  }

  async play() {
    if ((await this.view()).playing) return;
    await this.click('transport.play');
    await this.until('it plays', ({ view }) => view.playing);
  }

  // Pictures drawn so far, once no more are.
  async settled() {
    for (let before = -1; ;) {
      const { pictures } = await this.view();
      if (pictures === before) return pictures;
      before = pictures;
      await this.page.waitForTimeout(400);
    }
  }

  // A stroke over the stage that has `group` on one side and all others on the other.
  async strokeAround(group) {
    const { members } = await this.frame();
    const centre = async (ids) => {
      const places = await Promise.all(ids.map((id) => this.place(`member.${id}`)));
      const mean = (axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
      return { x: mean('x'), y: mean('y') };
    };
    const inside = await centre(group);
    const outside = await centre(members.map((m) => m.id).filter((id) => !group.includes(id)));
    const middle = { x: (inside.x + outside.x) / 2, y: (inside.y + outside.y) / 2 };
    const length = Math.hypot(outside.x - inside.x, outside.y - inside.y);
    const along = { x: -(outside.y - inside.y) / length, y: (outside.x - inside.x) / length };
    const [left, top, width, height] = (await this.regions()).stage;
    // As far as the stage goes, to both sides.
    const reach = (sign) => {
      let far = 0;
      const at = (d) => ({ x: middle.x + sign * along.x * d, y: middle.y + sign * along.y * d });
      for (let d = 0; d < 2000; d += 5) {
        const p = at(d);
        if (p.x < left + 6 || p.x > left + width - 6 || p.y < top + 6 || p.y > top + height - 6) break;
        far = d;
      }
      return at(far);
    };
    return [reach(1), middle, reach(-1)];
  }

  async draw(points) {
    const { mouse } = this.page;
    await mouse.move(points[0].x, points[0].y);
    await mouse.down();
    for (const { x, y } of points.slice(1)) await mouse.move(x, y, { steps: 8 });
    await mouse.up();
  }
}
