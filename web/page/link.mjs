// The page's address: what it asks for, and what is kept in it.
//
//   ?scenario=split_brain   a built-in scenario
//   &t=1200000              at this virtual time, in microseconds
//   &paused                 not playing
//   ?gallery                nothing yet: the scenarios to choose from
//   &theme=light            or dark, whatever the system says
//   #s=...                  a scenario, or a session as it was shared, in the link itself

const firstScenario = 'first_election';
const longestSeekUs = 600e6;

export class Link {
  #query = new URLSearchParams(location.search);
  #following = false;

  get theme() {
    const theme = this.#query.get('theme');
    return theme === 'light' || theme === 'dark' ? theme : undefined;
  }

  // Does what the link says. What it says wrong is told, and the rest done.
  follow(program) {
    this.#following = true;
    const notice = location.hash.startsWith('#s=') ? this.#followFragment(program) : this.#followQuery(program);
    if (notice) program.say(notice, true);
    this.#following = false;
  }

  // The fragment was changed by hand, or a link was pasted over the address. What it says wrong changes nothing.
  followAgain(program) {
    if (!location.hash.startsWith('#s=')) return;
    this.#following = true;
    const notice = program.open('shared', location.hash);
    if (notice) program.say(notice, true);
    this.#following = false;
  }

  // A shared session opens where it was shared, and stands still.
  #followFragment(program) {
    const notices = [program.open('shared', location.hash)];
    if (notices[0]) program.open(firstScenario);
    notices.push(this.#goToTime(program));
    if (this.#query.has('paused')) program.play(false);
    return notices.filter(Boolean).join('; ');
  }

  #followQuery(program) {
    if (this.#query.has('gallery')) return '';
    const wanted = this.#query.get('scenario') || firstScenario;
    const notices = [program.open(wanted)];
    if (notices[0]) program.open(firstScenario);
    notices.push(this.#goToTime(program));
    program.play(!this.#query.has('paused'));
    return notices.filter(Boolean).join('; ');
  }

  #goToTime(program) {
    const time = this.#query.get('t');
    if (time === null) return '';
    const us = Number(time);
    if (!/^\d+$/.test(time) || us > longestSeekUs) {
      return `t is a time in microseconds up to ${longestSeekUs}, not "${time.slice(0, 40)}"`;
    }
    program.seek(us);
    return '';
  }

  // A scenario was opened: a reload comes back to it, and the title says it.
  opened(name) {
    document.title = `${name.replaceAll('_', ' ')} · Raftarium`;
    if (!this.#following) this.#replace(`?scenario=${encodeURIComponent(name)}`);
  }

  // Puts what was shared, or nothing, into the address bar. Returns the whole address.
  remember(query) {
    this.#replace(query);
    return location.href;
  }

  #replace(link) {
    const theme = this.theme;
    const [query, fragment] = link.startsWith('#') ? ['', link] : [link, ''];
    const next = new URLSearchParams(query);
    if (theme) next.set('theme', theme);
    const text = next.toString().replace('paused=', 'paused');
    try {
      history.replaceState(null, '', location.pathname + (text ? `?${text}` : '') + fragment);
    } catch {
      // Some frames may not change their address.
    }
  }
}
