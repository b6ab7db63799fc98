// What came in between two pictures, in order. One picture takes as much of it as the program can tell apart.
// It sees of each button and key only whether it is down, and it finds what is under the pointer late: a thing
// that has just appeared is found in the second picture after the pointer has come to it. So a press waits.

const picturesToFind = 2;

export class InputQueue {
  #waiting = []; // {kind: 'move' | 'button' | 'wheel' | 'key', what, send}
  #place = ''; // where the pointer is, as far as the program knows
  #picturesHere = picturesToFind;

  // `what`: where to, or which button or key. `send` gives it to the program.
  push(kind, what, send) {
    const last = this.#waiting.at(-1);
    if (kind === 'move' && last?.kind === 'move') this.#waiting.pop(); // only the last place counts
    this.#waiting.push({ kind, what, send });
  }

  // Gives the program what the next picture takes. True when something is left for the one after it.
  feed() {
    const given = new Set(); // kinds, and which buttons and keys
    this.#picturesHere += 1;
    while (this.#waiting.length > 0) {
      const { kind, what, send } = this.#waiting[0];
      const here = kind === 'move' && what === this.#place;
      if (!here && this.#mustWait(kind, `${kind} ${what}`, given)) return true;
      this.#waiting.shift();
      if (here) continue;
      if (kind === 'move') {
        this.#place = what;
        this.#picturesHere = 0;
      }
      given.add(kind).add(`${kind} ${what}`);
      send();
    }
    return false;
  }

  #mustWait(kind, which, given) {
    switch (kind) {
      case 'move':
        return given.has('button') || given.has('wheel') || given.has('key');
      case 'button':
        return this.#picturesHere < picturesToFind || given.has('wheel') || given.has(which);
      case 'wheel':
        return given.has('move') || given.has('button');
      default:
        return given.has('button') || given.has(which);
    }
  }
}
