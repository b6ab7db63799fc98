// The live region: what happens on the canvas, for who does not see it. Lines are gathered for a moment, so
// that a running cluster does not speak without pause.

const pauseMs = 1000;
const keptLines = 40;

export class Teller {
  #region;
  #waiting = [];
  #timer = 0;

  constructor(region) {
    this.#region = region;
  }

  // One sentence a line.
  tell(news) {
    this.#waiting.push(...news.split('\n'));
    this.#timer ||= setTimeout(() => this.#flush(), pauseMs);
  }

  #flush() {
    this.#timer = 0;
    for (const sentence of this.#waiting.splice(0).slice(-keptLines)) {
      const line = document.createElement('p');
      line.textContent = sentence;
      this.#region.append(line);
    }
    while (this.#region.childElementCount > keptLines) this.#region.firstElementChild.remove();
  }
}
